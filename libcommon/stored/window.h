/* A file that is looked at here and there: pieces of it are kept in memory, those asked for last. Small files are read once. */
#ifndef CAL_STORED_WINDOW_H
#define CAL_STORED_WINDOW_H

#include <stdint.h>

typedef struct cal_window cal_window;

/* The file is opened when it is first looked at. */
cal_window *cal_window_new(const char *path);
void cal_window_free(cal_window *window);    /* NULL is fine */
int64_t cal_window_size(cal_window *window); /* 0 where it cannot be read */

/* These bytes of the file, valid until the next call; NULL where it ends before them, or they cannot be read. */
const uint8_t *cal_window_at(cal_window *window, int64_t offset, int64_t length);

/* A small file as a whole; the caller frees it. NULL where that cannot be. */
uint8_t *cal_window_read_file(const char *path, int64_t *size);

#endif
