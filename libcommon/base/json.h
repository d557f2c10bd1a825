/* JSON over libjq's jv values.
 *
 * jv's rule holds here too: a function that takes a jv consumes it and one that returns a jv hands
 * over a reference, except where a comment says "borrows". Numbers that JSON cannot hold (NaN,
 * infinities) become null. A float is printed with as many digits as tell it from its neighbours
 * (at most 9), a double likewise (at most 17). Text that is not UTF-8 is mended byte by byte to
 * U+FFFD.
 */
#ifndef CAL_BASE_JSON_H
#define CAL_BASE_JSON_H

#include "base/error.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#else
#endif
#include <jv.h>

jv cal_json_double(double value);
jv cal_json_float(float value);
jv cal_json_text(const char *text); /* NULL gives null */
jv cal_json_doubles(const double *value, int count);
jv cal_json_ints(const int *value, int count);
jv cal_json_texts(const char *const *text, int count);

/* object[key] = value, in place. */
void cal_json_set(jv *object, const char *key, jv value);
/* array[end] = value, in place. */
void cal_json_push(jv *array, jv value);

/* Look-ups that borrow `object` and never fail: `fallback` where the key is missing, null or of
 * another type. The text stays valid as long as the object. */
double cal_json_number_at(jv object, const char *key, double fallback);
bool cal_json_bool_at(jv object, const char *key, bool fallback);
const char *cal_json_text_at(jv object, const char *key, const char *fallback);
jv cal_json_at(jv object, const char *key); /* a new reference; null where missing */
/* The same for lists: an empty one, 0 and null where there is none, or it is shorter. */
jv cal_json_list_at(jv object, const char *key);
int cal_json_length_at(jv object, const char *key);
jv cal_json_item_at(jv object, const char *key, int index);
bool cal_json_has(jv object, const char *key);
/* The first object of the list object[list] whose [key] is that text, and which one it is (NULL: not asked); a new reference, null and -1
 * where there is none. */
jv cal_json_find(jv object, const char *list, const char *key, const char *text, int *index);

/* One JSON value from a file, or from stdin for "-" (a terminal there is refused with CAL_USAGE).
 * Errors are CAL_USAGE for bad JSON (with line and column) and CAL_INPUT for a file that cannot be
 * read. On success the caller owns *value. */
cal_status cal_json_read(const char *path, jv *value, cal_error *err);
/* The same for any number of values one after the other: *values is an array of them, at least one. */
cal_status cal_json_read_all(const char *path, jv *values, cal_error *err);
cal_status cal_json_parse(const char *text, const char *name, jv *value, cal_error *err);

/* Compact text of a value (borrows it); the caller frees it. */
char *cal_json_dump(jv value);

/* The same value (consumed) for people: control characters in texts as \n or \x1b, so that no name breaks a table or a terminal. */
jv cal_json_printable(jv value);

#ifdef __cplusplus
}
#endif

#endif
