/* Null pointers, wrong lengths and hostile sizes give a status, and never crash. */
#include <keywright.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void expect(int line, kw_status status, kw_status wanted) {
  if (status != wanted) {
    printf("line %d: status %d, expected %d\n", line, (int)status, (int)wanted);
    failures++;
  }
}
#define EXPECT(call, wanted) expect(__LINE__, (call), (wanted))

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  static uint8_t keys[65536];
  FILE *input = fopen(argv[1], "rb");
  size_t len = input == NULL ? 0 : fread(keys, 1, sizeof keys, input);
  if (input != NULL) fclose(input);
  kw_application *application = NULL;
  kw_date day = {2026, 3, 1};
  kw_message *message = NULL;

  EXPECT(kw_application_new(NULL, 5, &application, NULL), KW_NULL_POINTER);
  EXPECT(kw_application_new(keys, len, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_application_new(keys, SIZE_MAX, &application, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_application_new(keys, 0, &application, &message), KW_KEYS);
  if (kw_message_text(message).len == 0) failures++;
  kw_message_free(message);
  EXPECT(kw_application_new(keys, len - 1, &application, NULL), KW_KEYS);
  EXPECT(kw_application_new(keys, len, &application, NULL), KW_OK);
  EXPECT(kw_application_install_bundle(NULL, keys, len, day, NULL), KW_NULL_POINTER);
  EXPECT(kw_application_install_bundle(application, keys, len, day, NULL), KW_LIST);
  EXPECT(kw_application_install_revocations(application, keys, len, day, NULL), KW_LIST);

  kw_hosts *hosts = NULL;
  EXPECT(kw_hosts_new(NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_hosts_new(&hosts, NULL), KW_OK);
  EXPECT(kw_hosts_add(hosts, "\xff", 1, "x", 1, NULL), KW_NOT_UTF8);
  EXPECT(kw_hosts_add(hosts, NULL, 1, "x", 1, NULL), KW_NULL_POINTER);

  kw_files *files = NULL;
  kw_bytes junk = {(const uint8_t *)"FEATURE {\xff\x00", 11};
  kw_bytes none = {NULL, 0}, hostile = {keys, SIZE_MAX}, null = {NULL, 7};
  kw_date bad = {2026, 2, 30};
  EXPECT(kw_check(NULL, &junk, 1, NULL, day, &files, NULL), KW_NULL_POINTER);
  EXPECT(kw_check(application, NULL, 1, NULL, day, &files, NULL), KW_NULL_POINTER);
  EXPECT(kw_check(application, &junk, SIZE_MAX, NULL, day, &files, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_check(application, &hostile, 1, NULL, day, &files, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_check(application, &null, 1, NULL, day, &files, NULL), KW_NULL_POINTER);
  EXPECT(kw_check(application, &junk, 1, NULL, bad, &files, NULL), KW_NO_SUCH_DATE);
  EXPECT(kw_check(application, &junk, 1, NULL, day, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_check(application, &none, 1, hosts, day, &files, NULL), KW_OK);
  kw_files_free(files);
  EXPECT(kw_check(application, &junk, 1, hosts, day, &files, NULL), KW_OK);
  kw_application_free(application); /* The files do not need it. */
  kw_hosts_free(hosts);

  kw_outcome outcome;
  size_t count = 0;
  kw_block block;
  kw_text text;
  EXPECT(kw_files_outcome(files, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_files_outcome(files, &outcome, NULL), KW_OK);
  if (outcome == KW_VALID) failures++;
  EXPECT(kw_file_blocks(files, 1, &count, &outcome, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_file_block(files, 0, SIZE_MAX, &block, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_file_block(files, 0, 0, &block, NULL), KW_OK);
  EXPECT(kw_block_directive(files, 0, 0, "SN", 2, &text, NULL), KW_OK);
  if (text.len != 0 || text.data == NULL) failures++;

  kw_policy policy;
  EXPECT(kw_file_policy_count(files, 0, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_file_policy(files, 0, SIZE_MAX, &policy, NULL), KW_OUT_OF_RANGE);

  kw_payloads *payloads = NULL;
  EXPECT(kw_payload(keys, SIZE_MAX, &payloads, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_payload(NULL, 1, &payloads, NULL), KW_NULL_POINTER);
  EXPECT(kw_payload(junk.data, junk.len, &payloads, NULL), KW_OK);
  EXPECT(kw_payload_at(payloads, SIZE_MAX, &none, NULL), KW_OUT_OF_RANGE);
  kw_payloads_free(payloads);

  kw_session *session = NULL;
  kw_time now = {day, 24, 0, 0};
  EXPECT(kw_session_new(files, now, &session, NULL), KW_NO_SUCH_DATE);
  now.hour = 9;
  EXPECT(kw_session_new(files, now, &session, NULL), KW_OK);
  kw_files_free(files); /* The session does not need them. */
  uint64_t number = 0;
  kw_checkout request;
  memset(&request, 0, sizeof request);
  EXPECT(kw_session_checkout(session, &request, &number, NULL), KW_DENIED);
  request.feature_len = 3;
  EXPECT(kw_session_checkout(session, &request, &number, NULL), KW_NULL_POINTER);
  EXPECT(kw_session_checkout(session, NULL, &number, NULL), KW_NULL_POINTER);
  EXPECT(kw_session_checkout(session, &request, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_session_checkin(session, 0, NULL), KW_DENIED);
  EXPECT(kw_session_feature(session, 0, &text, NULL), KW_OUT_OF_RANGE);
  EXPECT(kw_session_available(session, "x", SIZE_MAX, NULL, NULL), KW_OUT_OF_RANGE);
  kw_entitlements *entitlements = NULL;
  kw_entitlement entitlement;
  EXPECT(kw_session_entitlements(NULL, &entitlements, NULL), KW_NULL_POINTER);
  EXPECT(kw_session_entitlements(session, NULL, NULL), KW_NULL_POINTER);
  EXPECT(kw_session_entitlements(session, &entitlements, NULL), KW_OK);
  EXPECT(kw_entitlement_at(entitlements, 0, &entitlement, NULL), KW_OUT_OF_RANGE);
  kw_entitlements_free(entitlements);
  kw_session_free(session);
  kw_session_free(NULL);
  kw_files_free(NULL);
  kw_message_free(NULL);
  if (strcmp(argv[2], "double-free") == 0) {
    kw_hosts_new(&hosts, NULL);
    kw_hosts_free(hosts);
    kw_hosts_free(hosts);
  }
  return failures == 0 ? 0 : 1;
}
