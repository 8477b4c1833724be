/*
 * keywright: verify license files and check out features in an application.
 *
 * Every function returns a status. Where a function takes `message`, it stores a message there if it fails; free it
 * with kw_message_free. `message` may be null. A result is stored only if the status is KW_OK.
 *
 * Strings are UTF-8 with a length, and not terminated by a zero byte. A kw_text belongs to the handle that it was
 * asked from. A handle is freed once, with the function of its type; null is ignored.
 *
 * The functions of the linter exist if the library was built with its feature `lint`; define KEYWRIGHT_LINT then.
 *
 * Threads: several threads may use one kw_application, kw_hosts or kw_files at the same time, as long as none of them
 * calls a function that takes the handle without `const`. One thread at a time may use a kw_session.
 */

#ifndef KEYWRIGHT_H
#define KEYWRIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The result of a function. The numbers do not change.
typedef enum kw_status {
  // The function did what it should.
  KW_OK = 0,
  // A pointer that must not be null is null.
  KW_NULL_POINTER = 1,
  // A string is not UTF-8.
  KW_NOT_UTF8 = 2,
  // A length, a count or an index is out of range.
  KW_OUT_OF_RANGE = 3,
  // A date or a time does not exist.
  KW_NO_SUCH_DATE = 4,
  // The embedded keys are damaged.
  KW_KEYS = 5,
  // A trust bundle or a revocation list is not accepted.
  KW_LIST = 6,
  // The license files are too large.
  KW_TOO_LARGE = 7,
  // The licenses contradict each other: a dependency cycle, a chain that is too long, or two shared levels.
  KW_MODEL = 8,
  // A request is not granted. The message contains the reason, for example `not-enough-licenses`.
  KW_DENIED = 9,
  // A fault of the library. Report it.
  KW_INTERNAL = 10,
} kw_status;

// The meaning of the number of an amount.
typedef enum kw_amount_kind {
  // Exactly this many.
  KW_EXACTLY = 0,
  // At least this many.
  KW_AT_LEAST = 1,
  // No limit; the number is 0.
  KW_UNLIMITED = 2,
  // Devices that can be activated.
  KW_DEVICES = 3,
  // Not determined; the number is 0.
  KW_UNDETERMINED = 4,
} kw_amount_kind;

// The outcome for a file, from best to worst.
typedef enum kw_outcome {
  // There is a block, and all blocks are valid.
  KW_VALID = 0,
  // The signatures match, but a block has expired or is not valid yet.
  KW_NOT_NOW = 1,
  // The signatures match, but a policy is not met.
  KW_POLICY = 2,
  // A signature is missing, untrusted, wrong or revoked.
  KW_NOT_VALID = 3,
  // A block cannot be read.
  KW_UNREADABLE = 4,
} kw_outcome;

// The keys that an application accepts licenses of. Several threads may use it at the same time, unless a list is
// installed.
typedef struct kw_application kw_application;

// What the licenses grant on a day, a part for each feature of each vendor.
typedef struct kw_entitlements kw_entitlements;

// Verified license files. Several threads may use them at the same time.
typedef struct kw_files kw_files;

#if defined(KEYWRIGHT_LINT)
// The findings of the linter.
typedef struct kw_findings kw_findings;
#endif

// The host ids of the computer. The application determines them.
typedef struct kw_hosts kw_hosts;

// A message: why a function did not return `KW_OK`. Free it with `kw_message_free`.
typedef struct kw_message kw_message;

// The signed payload of each block that can be read.
typedef struct kw_payloads kw_payloads;

// The checkouts of one process. One thread at a time may use a session.
typedef struct kw_session kw_session;

// A day of the Gregorian calendar.
typedef struct kw_date {
  // The year, 1 to 9999.
  int16_t year;
  // The month, 1 to 12.
  int8_t month;
  // The day of the month, from 1.
  int8_t day;
} kw_date;

// UTF-8 text, not terminated by a zero byte. It belongs to the handle that it was asked from.
typedef struct kw_text {
  // The first byte; not null.
  const char *data;
  // The number of bytes.
  size_t len;
} kw_text;

// How many checkouts can be granted.
typedef struct kw_amount {
  // The meaning of the number.
  enum kw_amount_kind kind;
  // The number.
  uint64_t number;
} kw_amount;

// What the licenses grant of a feature of a vendor. The strings belong to the entitlements.
typedef struct kw_entitlement {
  // The name of the feature.
  struct kw_text feature;
  // The vendor; empty if there is none.
  struct kw_text vendor;
  // The number of checkouts that can be out at the same time.
  struct kw_amount usable;
} kw_entitlement;

// Bytes of the application: a license file.
typedef struct kw_bytes {
  // The first byte; may be null if `len` is 0.
  const uint8_t *data;
  // The number of bytes.
  size_t len;
} kw_bytes;

// What is known about a block. The strings belong to the files.
typedef struct kw_block {
  // The name; empty if it could not be read.
  struct kw_text feature;
  // The verdict, as `keywright verify` prints it: for example `VALID`.
  struct kw_text verdict;
  // The reason of the verdict. It contains text of the file: do not print it to a terminal as it is.
  struct kw_text reason;
  // The comparison of HOSTID with the computer: `not-locked`, `matches` or `differs`.
  struct kw_text host;
  // The line where the block begins, from 1.
  size_t line;
  // True if the block grants something: its signature matches, the computer matches, and it is no duplicate. Its
  // dates are not considered.
  bool grants;
} kw_block;

// A policy that a file does not meet. The strings belong to the files.
typedef struct kw_policy {
  // The name of the policy, as `keywright verify` prints it.
  struct kw_text name;
  // The reason. It contains text of the file: do not print it to a terminal as it is.
  struct kw_text reason;
} kw_policy;

#if defined(KEYWRIGHT_LINT)
// A finding of the linter. The strings belong to the findings, and contain text of the file.
typedef struct kw_finding {
  // The code of the rule, for example `V024`.
  struct kw_text code;
  // `note`, `warning` or `error`.
  struct kw_text severity;
  // What is wrong.
  struct kw_text message;
  // What to do; may be empty.
  struct kw_text help;
  // The line, from 1.
  size_t line;
  // The column in characters, from 1.
  size_t column;
} kw_finding;
#endif

// A local time.
typedef struct kw_time {
  // The day.
  struct kw_date date;
  // The hour, 0 to 23.
  int8_t hour;
  // The minute, 0 to 59.
  int8_t minute;
  // The second, 0 to 59.
  int8_t second;
} kw_time;

// A request. Set all members to zero, then those that you need.
typedef struct kw_checkout {
  // The name of the feature.
  const char *feature;
  // Its length in bytes.
  size_t feature_len;
  // The number of licenses; 0 means 1.
  uint32_t count;
  // The minimum version, before and after the point; 0 and 0 for any version.
  uint16_t version_major;
  // See `version_major`.
  uint16_t version_minor;
  // The user, for SHARE=USER; may be null.
  const char *user;
  // Its length in bytes.
  size_t user_len;
  // The name of the computer, for SHARE=HOST; may be null.
  const char *host;
  // Its length in bytes.
  size_t host_len;
  // The custom string, for SHARE=CUSTOM; may be null.
  const char *custom;
  // Its length in bytes.
  size_t custom_len;
} kw_checkout;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Creates an application from the text that `keywright keys embed` printed. Free it with `kw_application_free`.
//
// # Safety
// `keys` has `len` bytes. `out` can be written. `message` is null or can be written.
enum kw_status kw_application_new(const uint8_t *keys,
                                  size_t len,
                                  struct kw_application **out,
                                  struct kw_message **message);

// Frees an application. A null pointer is ignored. License files that it verified remain usable.
//
// # Safety
// `application` is null, or was not freed.
void kw_application_free(struct kw_application *application);

// Also accepts development keys. For builds that no customer receives.
//
// # Safety
// `application` was not freed, and no other thread uses it. `message` is null or can be written.
enum kw_status kw_application_accept_development_keys(struct kw_application *application,
                                                      struct kw_message **message);

// Replaces the keys by those of a newer trust bundle of the vendor. Store the bundle, and install it at every start.
//
// # Safety
// `application` was not freed, and no other thread uses it. `bundle` has `len` bytes. `message` is null or can be
// written.
enum kw_status kw_application_install_bundle(struct kw_application *application,
                                             const uint8_t *bundle,
                                             size_t len,
                                             struct kw_date today,
                                             struct kw_message **message);

// Adds a revocation list of the vendor. Store the list, and install it at every start.
//
// # Safety
// As for `kw_application_install_bundle`.
enum kw_status kw_application_install_revocations(struct kw_application *application,
                                                  const uint8_t *list,
                                                  size_t len,
                                                  struct kw_date today,
                                                  struct kw_message **message);

// Computes what the licenses grant on the day of the session, without the checkouts that are out. Free the result with
// `kw_entitlements_free`.
//
// # Safety
// `session` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_session_entitlements(const struct kw_session *session,
                                       struct kw_entitlements **out,
                                       struct kw_message **message);

// Frees entitlements. A null pointer is ignored.
//
// # Safety
// `entitlements` is null, or was not freed.
void kw_entitlements_free(struct kw_entitlements *entitlements);

// Stores the number of entitlements.
//
// # Safety
// `entitlements` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_entitlement_count(const struct kw_entitlements *entitlements,
                                    size_t *out,
                                    struct kw_message **message);

// Stores an entitlement, counted from 0.
//
// # Safety
// As for `kw_entitlement_count`.
enum kw_status kw_entitlement_at(const struct kw_entitlements *entitlements,
                                 size_t index,
                                 struct kw_entitlement *out,
                                 struct kw_message **message);

// Verifies license files of one customer. Free the result with `kw_files_free`. `hosts` may be null: no host ids.
//
// # Safety
// `application` was not freed. `files` has `count` items, each with its bytes. `hosts` is null or was not freed. `out`
// can be written. `message` is null or can be written.
enum kw_status kw_check(const struct kw_application *application,
                        const struct kw_bytes *files,
                        size_t count,
                        const struct kw_hosts *hosts,
                        struct kw_date at,
                        struct kw_files **out,
                        struct kw_message **message);

// Frees verified files and all strings that were asked from them. A null pointer is ignored. Sessions remain usable.
//
// # Safety
// `files` is null, or was not freed.
void kw_files_free(struct kw_files *files);

// Stores the worst outcome of all files.
//
// # Safety
// `files` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_files_outcome(const struct kw_files *files,
                                enum kw_outcome *out,
                                struct kw_message **message);

// Stores the number of blocks of a file, counted from 0, and the outcome for the file.
//
// # Safety
// As for `kw_files_outcome`; both results can be written.
enum kw_status kw_file_blocks(const struct kw_files *files,
                              size_t file,
                              size_t *count,
                              enum kw_outcome *result,
                              struct kw_message **message);

// Stores what is known about a block. File and block are counted from 0.
//
// # Safety
// `files` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_file_block(const struct kw_files *files,
                             size_t file,
                             size_t block,
                             struct kw_block *out,
                             struct kw_message **message);

// Stores the number of policies that a file does not meet.
//
// # Safety
// As for `kw_files_outcome`.
enum kw_status kw_file_policy_count(const struct kw_files *files,
                                    size_t file,
                                    size_t *out,
                                    struct kw_message **message);

// Stores a policy that a file does not meet, counted from 0.
//
// # Safety
// As for `kw_files_outcome`.
enum kw_status kw_file_policy(const struct kw_files *files,
                              size_t file,
                              size_t policy,
                              struct kw_policy *out,
                              struct kw_message **message);

// Stores the value of a directive of a block with a matching signature: for example LICENSEE. Empty if the block does
// not have it, or if its signature does not match.
//
// # Safety
// `files` was not freed. `name` has `name_len` bytes. `out` can be written. `message` is null or can be written.
enum kw_status kw_block_directive(const struct kw_files *files,
                                  size_t file,
                                  size_t block,
                                  const char *name,
                                  size_t name_len,
                                  struct kw_text *out,
                                  struct kw_message **message);

// Creates an empty set of host ids. Free it with `kw_hosts_free`.
//
// # Safety
// `out` can be written. `message` is null or can be written.
enum kw_status kw_hosts_new(struct kw_hosts **out, struct kw_message **message);

// Adds a host id: its type as in HOSTID, for example `ETHERNET`, and its value.
//
// # Safety
// `hosts` was not freed, and no other thread uses it. `kind` has `kind_len` bytes, `value` has `value_len` bytes.
// `message` is null or can be written.
enum kw_status kw_hosts_add(struct kw_hosts *hosts,
                            const char *kind,
                            size_t kind_len,
                            const char *value,
                            size_t value_len,
                            struct kw_message **message);

// Frees host ids. A null pointer is ignored.
//
// # Safety
// `hosts` is null, or was not freed.
void kw_hosts_free(struct kw_hosts *hosts);

#if defined(KEYWRIGHT_LINT)
// Lints a license file with the default rules. Free the result with `kw_findings_free`.
//
// # Safety
// `text` has `len` bytes. `out` can be written. `message` is null or can be written.
enum kw_status kw_lint(const uint8_t *text,
                       size_t len,
                       struct kw_date at,
                       struct kw_findings **out,
                       struct kw_message **message);
#endif

#if defined(KEYWRIGHT_LINT)
// Frees findings. A null pointer is ignored.
//
// # Safety
// `findings` is null, or was not freed.
void kw_findings_free(struct kw_findings *findings);
#endif

#if defined(KEYWRIGHT_LINT)
// Stores the number of findings.
//
// # Safety
// `findings` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_finding_count(const struct kw_findings *findings, size_t *out, struct kw_message **message);
#endif

#if defined(KEYWRIGHT_LINT)
// Stores a finding, counted from 0.
//
// # Safety
// As for `kw_finding_count`.
enum kw_status kw_finding_at(const struct kw_findings *findings,
                             size_t index,
                             struct kw_finding *out,
                             struct kw_message **message);
#endif

// Returns the text of a message. It is valid until the message is freed; empty for a null pointer.
//
// # Safety
// `message` is null, or a message that was not freed.
struct kw_text kw_message_text(const struct kw_message *message);

// Frees a message. A null pointer is ignored.
//
// # Safety
// `message` is null, or a message that was not freed.
void kw_message_free(struct kw_message *message);

// Computes the signed payload of each block that can be read. Free the result with `kw_payloads_free`.
//
// # Safety
// `text` has `len` bytes. `out` can be written. `message` is null or can be written.
enum kw_status kw_payload(const uint8_t *text,
                          size_t len,
                          struct kw_payloads **out,
                          struct kw_message **message);

// Frees payloads. A null pointer is ignored.
//
// # Safety
// `payloads` is null, or was not freed.
void kw_payloads_free(struct kw_payloads *payloads);

// Stores the number of payloads.
//
// # Safety
// `payloads` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_payload_count(const struct kw_payloads *payloads, size_t *out, struct kw_message **message);

// Stores a payload, counted from 0. Its bytes belong to the payloads.
//
// # Safety
// As for `kw_payload_count`.
enum kw_status kw_payload_at(const struct kw_payloads *payloads,
                             size_t index,
                             struct kw_bytes *out,
                             struct kw_message **message);

// Starts a session with verified files. Free it with `kw_session_free`. `now` is local time.
//
// # Safety
// `files` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_session_new(const struct kw_files *files,
                              struct kw_time now,
                              struct kw_session **out,
                              struct kw_message **message);

// Frees a session. A null pointer is ignored.
//
// # Safety
// `session` is null, or was not freed.
void kw_session_free(struct kw_session *session);

// Stores the number of features.
//
// # Safety
// `session` was not freed. `out` can be written. `message` is null or can be written.
enum kw_status kw_session_feature_count(const struct kw_session *session,
                                        size_t *out,
                                        struct kw_message **message);

// Stores the name of a feature, counted from 0. It belongs to the session.
//
// # Safety
// As for `kw_session_feature_count`.
enum kw_status kw_session_feature(const struct kw_session *session,
                                  size_t feature,
                                  struct kw_text *out,
                                  struct kw_message **message);

// Stores how many checkouts of a feature by different people can be granted now.
//
// # Safety
// `session` was not freed. `feature` has `feature_len` bytes. `out` can be written. `message` is null or can be written.
enum kw_status kw_session_available(const struct kw_session *session,
                                    const char *feature,
                                    size_t feature_len,
                                    struct kw_amount *out,
                                    struct kw_message **message);

// Stores the role of a block on the day of the session: for example `serves` or `replaced`. File and block are counted
// from 0. Empty for a block that grants nothing.
//
// # Safety
// `session` and `files` were not freed, and the session was started with the files. `out` can be written. `message` is
// null or can be written.
enum kw_status kw_session_role(const struct kw_session *session,
                               const struct kw_files *files,
                               size_t file,
                               size_t block,
                               struct kw_text *out,
                               struct kw_message **message);

// Takes licenses, and stores the number of the checkout. `KW_DENIED` if the licenses do not grant it.
//
// # Safety
// `session` was not freed, and no other thread uses it. `request` is set completely. `out` can be written. `message` is
// null or can be written.
enum kw_status kw_session_checkout(struct kw_session *session,
                                   const struct kw_checkout *request,
                                   uint64_t *out,
                                   struct kw_message **message);

// Returns the licenses of a checkout. `KW_DENIED` if there is no checkout with this number.
//
// # Safety
// `session` was not freed, and no other thread uses it. `message` is null or can be written.
enum kw_status kw_session_checkin(struct kw_session *session, uint64_t checkout, struct kw_message **message);

// Consumes tokens of METERED blocks. `KW_DENIED` if the balance is too low.
//
// # Safety
// As for `kw_session_checkin`. `feature` has `feature_len` bytes.
enum kw_status kw_session_consume(struct kw_session *session,
                                  const char *feature,
                                  size_t feature_len,
                                  uint64_t tokens,
                                  struct kw_message **message);

// Moves the time of a session forward. Blocks come into force and end.
//
// # Safety
// As for `kw_session_checkin`.
enum kw_status kw_session_advance(struct kw_session *session,
                                  struct kw_time now,
                                  struct kw_message **message);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* KEYWRIGHT_H */
