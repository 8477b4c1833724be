/* Answers the vectors of tests/vectors/application-1.json. Reads commands with lengths from standard input:
 *
 *   keys LEN, revocations LEN DATE, file LEN: followed by LEN bytes
 *   host KIND VALUE, check DATE, then commands to a session as in the vectors.
 */
#include <keywright.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* Frees a message after it was printed behind `before`. */
static void print_message(const char *before, kw_message *message) {
  kw_text text = kw_message_text(message);
  printf("%s%.*s\n", before, (int)text.len, text.data);
  kw_message_free(message);
}

static uint8_t *read_bytes(size_t len) {
  uint8_t *bytes = malloc(len + 1);
  if (bytes == NULL || fread(bytes, 1, len, stdin) != len) fail("input ends too early");
  return bytes;
}

static kw_date parse_date(const char *text) {
  int year = 0, month = 0, day = 0;
  if (sscanf(text, "%d-%d-%d", &year, &month, &day) != 3) fail("not a date");
  kw_date date = {(int16_t)year, (int8_t)month, (int8_t)day};
  return date;
}

static kw_time parse_time(const char *text) {
  int hour = 0, minute = 0, second = 0;
  if (sscanf(strchr(text, 'T'), "T%d:%d:%d", &hour, &minute, &second) != 3) fail("not a time");
  kw_time time = {parse_date(text), (int8_t)hour, (int8_t)minute, (int8_t)second};
  return time;
}

static const char *const OUTCOMES[] = {"VALID", "NOT-NOW", "POLICY", "NOT-VALID", "UNREADABLE"};

static void print_files(const kw_files *files, size_t count) {
  kw_outcome outcome;
  if (kw_files_outcome(files, &outcome, NULL) != KW_OK) fail("kw_files_outcome");
  printf("outcome %s\n", OUTCOMES[outcome]);
  for (size_t file = 0; file < count; file++) {
    size_t blocks = 0;
    if (kw_file_blocks(files, file, &blocks, &outcome, NULL) != KW_OK) fail("kw_file_blocks");
    for (size_t at = 0; at < blocks; at++) {
      kw_block block;
      if (kw_file_block(files, file, at, &block, NULL) != KW_OK) fail("kw_file_block");
      kw_text name = block.feature.len > 0 ? block.feature : (kw_text){"-", 1};
      printf("block %zu %zu %.*s %.*s %.*s %s\n", file, block.line, (int)name.len, name.data,
             (int)block.verdict.len, block.verdict.data, (int)block.host.len, block.host.data,
             block.grants ? "grants" : "nothing");
    }
  }
}

static void print_amount(kw_amount amount) {
  switch (amount.kind) {
    case KW_EXACTLY: printf("exactly %llu\n", (unsigned long long)amount.number); break;
    case KW_AT_LEAST: printf("at-least %llu\n", (unsigned long long)amount.number); break;
    case KW_DEVICES: printf("devices %llu\n", (unsigned long long)amount.number); break;
    case KW_UNLIMITED: printf("unlimited\n"); break;
    case KW_UNDETERMINED: printf("undetermined\n"); break;
  }
}

static void print_done(kw_status status, kw_message *message) {
  if (status == KW_OK) printf("ok\n");
  else if (status == KW_DENIED) print_message("denied ", message);
  else print_message("error ", message);
}

/* Parses the options of a checkout: `count=2 user=ann`. */
static kw_checkout parse_checkout(const char *feature) {
  kw_checkout request;
  memset(&request, 0, sizeof request);
  request.feature = feature;
  request.feature_len = strlen(feature);
  for (char *option; (option = strtok(NULL, " ")) != NULL;) {
    char *value = strchr(option, '=') + 1;
    size_t len = strlen(value);
    if (strncmp(option, "count=", 6) == 0) request.count = (uint32_t)strtoul(value, NULL, 10);
    else if (strncmp(option, "user=", 5) == 0) request.user = value, request.user_len = len;
    else if (strncmp(option, "host=", 5) == 0) request.host = value, request.host_len = len;
    else if (strncmp(option, "custom=", 7) == 0) request.custom = value, request.custom_len = len;
    else if (strncmp(option, "version=", 8) == 0) {
      request.version_major = (uint16_t)strtoul(value, &value, 10);
      request.version_minor = (uint16_t)strtoul(value + 1, NULL, 10);
    } else fail("unknown option");
  }
  return request;
}

static void print_features(const kw_session *session) {
  size_t count = 0;
  if (kw_session_feature_count(session, &count, NULL) != KW_OK) fail("kw_session_feature_count");
  for (size_t at = 0; at < count; at++) {
    kw_text name;
    if (kw_session_feature(session, at, &name, NULL) != KW_OK) fail("kw_session_feature");
    printf("%s%.*s", at > 0 ? " " : "", (int)name.len, name.data);
  }
  printf("\n");
}

int main(void) {
  kw_application *application = NULL;
  kw_hosts *hosts = NULL;
  kw_files *files = NULL;
  kw_session *session = NULL;
  kw_bytes given[16];
  size_t count = 0;
  char line[4096];
  if (kw_hosts_new(&hosts, NULL) != KW_OK) fail("kw_hosts_new");
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    kw_message *message = NULL;
    char *command = strtok(line, " ");
    char *first = strtok(NULL, " ");
    if (command == NULL) fail("an empty command");
    if (strcmp(command, "keys") == 0) {
      size_t len = strtoul(first, NULL, 10);
      uint8_t *keys = read_bytes(len);
      if (kw_application_new(keys, len, &application, &message) != KW_OK) print_message("keys: ", message);
      free(keys);
    } else if (strcmp(command, "revocations") == 0) {
      size_t len = strtoul(first, NULL, 10);
      kw_date today = parse_date(strtok(NULL, " "));
      uint8_t *list = read_bytes(len);
      kw_status status = kw_application_install_revocations(application, list, len, today, NULL);
      printf("revocations %s\n", status == KW_OK ? "installed" : "refused");
      free(list);
    } else if (strcmp(command, "file") == 0) {
      size_t len = strtoul(first, NULL, 10);
      if (count == 16) fail("too many files");
      given[count++] = (kw_bytes){read_bytes(len), len};
    } else if (strcmp(command, "host") == 0) {
      char *value = strtok(NULL, " ");
      if (kw_hosts_add(hosts, first, strlen(first), value, strlen(value), NULL) != KW_OK) fail("kw_hosts_add");
    } else if (strcmp(command, "check") == 0) {
      if (kw_check(application, given, count, hosts, parse_date(first), &files, &message) != KW_OK)
        print_message("check: ", message);
      else
        print_files(files, count);
    } else if (strcmp(command, "session") == 0) {
      kw_status status = kw_session_new(files, parse_time(first), &session, NULL);
      printf("%s\n", status == KW_OK ? "ok" : status == KW_MODEL ? "contradiction" : "error");
    } else if (strcmp(command, "features") == 0) {
      print_features(session);
    } else if (strcmp(command, "role") == 0) {
      kw_text role;
      size_t block = strtoul(strtok(NULL, " "), NULL, 10);
      if (kw_session_role(session, files, strtoul(first, NULL, 10), block, &role, NULL) != KW_OK) fail("kw_session_role");
      printf("role %.*s\n", (int)role.len, role.data);
    } else if (strcmp(command, "available") == 0) {
      kw_amount amount;
      if (kw_session_available(session, first, strlen(first), &amount, NULL) != KW_OK) fail("kw_session_available");
      print_amount(amount);
    } else if (strcmp(command, "checkout") == 0) {
      uint64_t number = 0;
      kw_checkout request = parse_checkout(first);
      kw_status status = kw_session_checkout(session, &request, &number, &message);
      if (status == KW_OK) printf("checkout %llu\n", (unsigned long long)number);
      else print_done(status, message);
    } else if (strcmp(command, "checkin") == 0) {
      kw_status status = kw_session_checkin(session, strtoull(first, NULL, 10), &message);
      print_done(status, message);
    } else if (strcmp(command, "consume") == 0) {
      uint64_t tokens = strtoull(strtok(NULL, " "), NULL, 10);
      kw_status status = kw_session_consume(session, first, strlen(first), tokens, &message);
      print_done(status, message);
    } else if (strcmp(command, "advance") == 0) {
      kw_status status = kw_session_advance(session, parse_time(first), &message);
      print_done(status, message);
    } else {
      fail(command);
    }
  }
  while (count > 0) free((void *)given[--count].data);
  kw_session_free(session);
  kw_files_free(files);
  kw_hosts_free(hosts);
  kw_application_free(application);
  return 0;
}
