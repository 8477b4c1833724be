/* An application that checks its license and has a pool of its own. */
#include <keywright.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Printed by `keywright keys embed --form c`. */
#include "license_keys.h"

static int fail(const char *what, kw_message *message) {
  kw_text text = kw_message_text(message);
  fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.data);
  kw_message_free(message);
  return 1;
}

static kw_time local_time(void) {
  time_t seconds = time(NULL);
  struct tm *now = localtime(&seconds);
  kw_date date = {(int16_t)(now->tm_year + 1900), (int8_t)(now->tm_mon + 1), (int8_t)now->tm_mday};
  kw_time time = {date, (int8_t)now->tm_hour, (int8_t)now->tm_min, (int8_t)(now->tm_sec % 60)};
  return time;
}

/* Takes licenses until there are none left. */
static int work(kw_session *session) {
  kw_message *message = NULL;
  kw_checkout request;
  memset(&request, 0, sizeof request);
  request.feature = "Render";
  request.feature_len = strlen(request.feature);
  uint64_t checkouts[64];
  size_t count = 0;
  kw_status status = KW_OK;
  while (count < 64 && (status = kw_session_checkout(session, &request, &checkouts[count], &message)) == KW_OK)
    count++;
  if (status != KW_DENIED) return fail("checkout", message);
  kw_text reason = kw_message_text(message);
  printf("%zu renderers run; the next one: %.*s\n", count, (int)reason.len, reason.data);
  kw_message_free(message);
  while (count > 0) kw_session_checkin(session, checkouts[--count], NULL);
  return 0;
}

int main(int argc, char **argv) {
  static uint8_t bytes[1 << 20];
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: application LICENSE\n");
    return 1;
  }
  kw_bytes license = {bytes, fread(bytes, 1, sizeof bytes, file)};
  fclose(file);

  kw_application *application = NULL;
  kw_files *files = NULL;
  kw_session *session = NULL;
  kw_message *message = NULL;
  kw_time now = local_time();
  int result;
  if (kw_application_new(keywright_keys, sizeof keywright_keys, &application, &message) != KW_OK)
    result = fail("keys", message);
  else if (kw_check(application, &license, 1, NULL, now.date, &files, &message) != KW_OK)
    result = fail("license", message);
  else if (kw_session_new(files, now, &session, &message) != KW_OK)
    result = fail("session", message);
  else
    result = work(session);
  kw_session_free(session);
  kw_files_free(files);
  kw_application_free(application);
  return result;
}
