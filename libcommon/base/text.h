/* Words, patterns, times and quantities as text. */
#ifndef CAL_BASE_TEXT_H
#define CAL_BASE_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* A list of words; items and the array belong to the list. */
typedef struct cal_words {
    char **item;
    int count;
} cal_words;

/* Split at every `separator`; blanks around the parts are dropped; "" gives no word, "a,,b" gives
 * three. */
cal_words cal_words_split(const char *text, char separator);
void cal_words_add(cal_words *words, const char *text);
void cal_words_free(cal_words *words);

/* Glob with * ? [set] {a,b}; the whole text must match; case counts. */
bool cal_glob(const char *pattern, const char *text);

/* The candidate most like `word`, or NULL when none is near (for "did you mean"). */
const char *cal_nearest(const char *word, const char *const *candidate, int count);

/* Numbers that fill the whole text; false for anything else (range, rubbish behind it, empty). */
bool cal_parse_int(const char *text, long long *value);
bool cal_parse_number(const char *text, double *value);
bool cal_parse_bool(const char *text, bool *value); /* true/false, yes/no, 1/0, T/F, any case */

/* A field's name as the NRAO pipeline hands it to CASA: in double quotes unless it holds nothing but
 * ASCII letters, digits, + - and _, and not digits alone. For names as they stand in the FIELD table:
 * done twice it quotes twice. An empty name stays empty. The caller frees it. */
char *cal_casa_name(const char *name);
/* CASA takes the name without quotes, and for nothing but itself: it is neither a pattern nor an id
 * nor anything else of the selection syntax. */
bool cal_casa_name_is_plain(const char *name);

/* For each spw of the data the spw of a table: "0,0,1", with or without CASA's brackets. The caller
 * frees the map, also after an error. */
cal_status cal_parse_spwmap(const char *text, int **map, int *count, cal_error *err);

/* A quantity: number and unit, blanks between allowed. Units: s ms us min h d; Hz kHz MHz GHz; m
 * km; deg arcmin arcsec mas uas rad; Jy mJy uJy. `base` is the unit wanted ("s", "Hz", "m", "rad", "Jy"); a
 * bare number is in `bare` (NULL: refused). */
cal_status cal_parse_quantity(const char *text, const char *base, const char *bare, double *value,
                              cal_error *err);

/* MJD seconds (UTC) as "2024-03-01T09:00:05.000", digits = decimals of the second (0..6); text has
 * at least 40 bytes. */
char *cal_time_iso(double mjd_s, int digits, char *text);
/* ISO or CASA's 2024/03/01/09:00:05.5 to MJD seconds; a date alone is its midnight. */
bool cal_time_parse(const char *text, double *mjd_s);

/* A count of bytes for people: "287 MB". text has at least 32 bytes. */
char *cal_size_text(double bytes, char *text);

/* All of a file, or of stdin for "-"; a NUL that is not counted follows. CAL_INPUT for what cannot be read, CAL_USAGE
 * beyond 1 GB. The caller frees the text. */
cal_status cal_text_read(const char *path, char **text, size_t *length, cal_error *err);
/* The path for messages: "standard input" for "-". */
const char *cal_text_name(const char *path);

/* Blanks and '/' removed from a copy, the last component of a path; the caller frees it. */
char *cal_basename(const char *path);

#endif
