/* Walking through bytes that casacore's AipsIO wrote: numbers in either order of bytes, texts, and objects inside objects.
 *
 *     cal_bytes file = {data, data + size};
 *     cal_bytes table = cal_bytes_outermost(&file, "Table", &version);
 *     rows = cal_bytes_u32(&table);
 *     if (table.bad) ...
 *
 * Asking for what is not there makes a walk bad for good; everything that it gives from then on is 0. So a reader asks for all that it wants
 * and looks once, at the end.
 */
#ifndef CAL_STORED_BYTES_H
#define CAL_STORED_BYTES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cal_bytes {
    const uint8_t *at, *end; /* the caller's, and they must stay */
    bool little;             /* the least significant byte comes first */
    bool bad;
} cal_bytes;

/* The next `count` bytes; NULL where there are not so many. */
const uint8_t *cal_bytes_take(cal_bytes *bytes, int64_t count);

uint8_t cal_bytes_u8(cal_bytes *bytes);
uint32_t cal_bytes_u32(cal_bytes *bytes);
uint64_t cal_bytes_u64(cal_bytes *bytes);
int32_t cal_bytes_i32(cal_bytes *bytes);

/* How many things of `size` bytes at least follow, from a number in front of them: never more than there is room for. */
int64_t cal_bytes_count(cal_bytes *bytes, int64_t size);

/* A text with its length in front; the caller frees it. */
char *cal_bytes_text(cal_bytes *bytes);
/* The same into `text`, cut to fit. */
void cal_bytes_name(cal_bytes *bytes, char *text, int64_t size);
void cal_bytes_skip_text(cal_bytes *bytes);

/* An object: the walk through what it holds, `bytes` going on behind it. Bad where it is of another type. */
cal_bytes cal_bytes_object(cal_bytes *bytes, const char *type, uint32_t *version);
/* The same for one that is not inside another. */
cal_bytes cal_bytes_outermost(cal_bytes *bytes, const char *type, uint32_t *version);
void cal_bytes_skip_object(cal_bytes *bytes);

/* casacore's IPosition, at most `most` axes of it (more are bad); the number of axes. */
int cal_bytes_shape(cal_bytes *bytes, int64_t *shape, int most);

/* casacore's Block of 4-byte or (`wide`) 8-byte numbers; the caller frees it. */
uint64_t *cal_bytes_block(cal_bytes *bytes, bool wide, int64_t *count);

#endif
