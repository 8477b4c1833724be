/* Verifies a license again and again. Prints the nanoseconds of one time, the best of ten. */
#define _POSIX_C_SOURCE 199309L
#include <keywright.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static kw_bytes read_file(const char *path) {
  static uint8_t room[2][1 << 16];
  static size_t next = 0;
  FILE *file = fopen(path, "rb");
  if (file == NULL || next == 2) exit(2);
  kw_bytes bytes = {room[next], fread(room[next], 1, sizeof room[next], file)};
  next++;
  fclose(file);
  return bytes;
}

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  kw_bytes keys = read_file(argv[1]), license = read_file(argv[2]);
  long times = strtol(argv[3], NULL, 10);
  kw_application *application = NULL;
  kw_date day = {2026, 3, 1};
  if (kw_application_new(keys.data, keys.len, &application, NULL) != KW_OK) return 1;
  double best = 0;
  for (int round = 0; round < (times > 1 ? 10 : 1); round++) {
    double before = nanoseconds();
    for (long at = 0; at < times; at++) {
      kw_files *files = NULL;
      kw_outcome outcome = KW_UNREADABLE;
      if (kw_check(application, &license, 1, NULL, day, &files, NULL) != KW_OK) return 1;
      if (kw_files_outcome(files, &outcome, NULL) != KW_OK || outcome != KW_VALID) return 1;
      kw_files_free(files);
    }
    double each = (nanoseconds() - before) / (double)times;
    if (round == 0 || each < best) best = each;
  }
  printf("%.0f\n", best);
  kw_application_free(application);
  return 0;
}
