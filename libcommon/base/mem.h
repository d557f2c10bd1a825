/* Memory that is always there: when the system has none left, these print one line and exit with
 * CAL_BUG. All of it is zeroed and is released with free(). */
#ifndef CAL_BASE_MEM_H
#define CAL_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAL_NEW(type)              ((type *)cal_alloc(1, sizeof(type)))
#define CAL_NEW_ARRAY(type, count) ((type *)cal_alloc((size_t)(count), sizeof(type)))
#define CAL_COUNT(array)           (sizeof(array) / sizeof((array)[0]))

void *cal_alloc(size_t count, size_t size); /* count 0 gives a pointer that can be freed */
void *cal_grow(void *old, size_t count, size_t size); /* realloc; new bytes are not zeroed */
char *cal_copy_text(const char *text);                /* NULL gives NULL */
char *cal_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From here on what malloc() and new give is zero, until it is switched off; for libraries that write
 * memory which they have not filled, so that the same data are the same bytes. It costs time. */
void cal_zero_new_memory(bool on);

/* Memory aligned to 64 bytes, for arrays that vector code walks through; not zeroed. */
void *cal_alloc_aligned(size_t count, size_t size);

#ifdef __cplusplus
}
#endif

#endif
