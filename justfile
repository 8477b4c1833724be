# Verbs for daily work. `just` lists them; each is one command that also works without just.

# List the recipes
default:
    @just --list

# Build the program in release mode
build:
    cargo build --locked --release

# Run all tests
test *ARGS:
    cargo test --locked {{ARGS}}

# Run the tests of one area, for example `just it lint`
it AREA:
    cargo test --locked --test it -- {{AREA}}

# Run the checks that need no test run: format, clippy, documentation
check:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# Update snapshots, generated docs and pictures after a wanted change; read the diff before you commit
update:
    INSTA_UPDATE=always KEYWRIGHT_UPDATE=1 cargo test --locked --test it

# Run everything that CI runs
ci:
    bash .ci/run

# Build the book from docs/ (needs mdbook)
book:
    mdbook build docs

# Run a benchmark, for example `just bench issue`
bench NAME:
    cargo bench --locked --bench {{NAME}}
