/* For select*.c only: the cursor that walks through an expression, the pieces that several expressions share, and what a
 * selection is made of. Each parse function takes one expression, fills its part of the selection, and leaves the error text
 * complete: expression, what is wrong, and where. */
#ifndef CAL_MS_SELECT_PARTS_H
#define CAL_MS_SELECT_PARTS_H

#include "ms/select.h"
#include <regex.h>

/* ---- the cursor ---- */

typedef struct cal_cursor {
    const char *what; /* "field": for messages */
    const char *text, *at;
    cal_error *err;
} cal_cursor;

/* CAL_USAGE: `field selection "0~": <message> (at character 3)`. */
cal_status cal_cursor_fail(const cal_cursor *cursor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void cal_cursor_blanks(cal_cursor *cursor);
/* Skip blanks; is `text` next? Then go behind it. */
bool cal_cursor_take(cal_cursor *cursor, const char *text);
bool cal_cursor_at_end(cal_cursor *cursor); /* nothing but blanks left */
bool cal_cursor_at_digit(cal_cursor *cursor);
/* A number without sign that fits an int. */
cal_status cal_cursor_int(cal_cursor *cursor, int *value);
cal_status cal_cursor_double(cal_cursor *cursor, double *value);
/* Letters (and %) directly at the cursor, copied into unit[room]; may be empty. */
void cal_cursor_unit(cal_cursor *cursor, char *unit, size_t room);

/* ---- ids ---- */

typedef struct cal_ids {
    int *id, count;
} cal_ids;

void cal_ids_add(cal_ids *ids, int id); /* unless it is there */
void cal_ids_free(cal_ids *ids);

typedef struct cal_id_range {
    int first, last;
} cal_id_range;

typedef struct cal_id_ranges {
    cal_id_range *range;
    int count;
} cal_id_ranges;

/* One item `n`, `a~b`, `<n`, `>n`, `>a&<b`; reversed ranges are refused. */
cal_status cal_cursor_id_range(cal_cursor *cursor, cal_id_range *range);
bool cal_cursor_at_id_range(const cal_cursor *cursor); /* digits, or < or > */
/* A whole expression of them, separated by commas. */
cal_status cal_parse_id_ranges(const char *what, const char *text, cal_id_ranges *ranges,
                               cal_error *err);
bool cal_id_ranges_hold(const cal_id_ranges *ranges, int id);

/* ---- names ---- */

typedef enum cal_pattern_kind { CAL_EXACT, CAL_GLOB, CAL_REGEX } cal_pattern_kind;

/* A name, a glob or a regular expression. Quoted text is a name first and a glob only if there is no such name; in all texts a
 * backslash takes the next character literally. */
typedef struct cal_pattern {
    cal_pattern_kind kind;
    char *text;  /* as typed: the glob, and for messages */
    char *exact; /* without backslashes */
    regex_t regex;
    bool quoted;
} cal_pattern;

/* "quoted", /regex/, or bare text up to one of the characters of `stop`; blanks around bare text are dropped. */
cal_status cal_cursor_pattern(cal_cursor *cursor, const char *stop, cal_pattern *pattern);
void cal_pattern_free(cal_pattern *pattern);

/* Sets mark[i] for each name that fits; false if none does. Names are compared without blanks around them; NULL names never fit. */
bool cal_pattern_match(const cal_pattern *pattern, const char *const *name, int count,
                       uint8_t *mark);

/* CAL_INPUT: no <what> matches "word"; <plural> are 0 A, 1 B, ...; did you mean ...? */
cal_status cal_select_unknown(cal_error *err, const char *what, const char *plural,
                              const char *word, const char *const *name, int count);

/* ---- times and lengths ---- */

typedef struct cal_time_range {
    double first, last;
    bool open;   /* bounds are excluded (< and >) */
    bool moment; /* one time, first: whatever integration holds it */
} cal_time_range;

typedef struct cal_length_range {
    double low, high; /* m or wavelengths */
    bool open;        /* bounds are excluded (< and >) */
    bool wavelengths;
} cal_length_range;

/* `<300m`, `0.2~0.6km`, `500`, `500m:10%`; lambda and its multiples only if `wavelengths`. */
cal_status cal_cursor_length(cal_cursor *cursor, bool wavelengths, cal_length_range *range);
static inline bool cal_length_holds(const cal_length_range *range, double length)
{
    return range->open ? length > range->low && length < range->high
                       : length >= range->low && length <= range->high;
}

/* ---- the selection ---- */

/* Correlations of a data description: indices into its polarization row, ascending. */
typedef struct cal_corr_choice {
    int *corr, count;
} cal_corr_choice;

struct cal_selection {
    const cal_meta *meta;
    unsigned given; /* bit i: the i-th text of cal_select_text was not empty */

    /* Ids in the order of the expression, and a byte per id for the row test (NULL: not asked). */
    cal_ids fields, states, observations, dds;
    uint8_t *field_on, *state_on, *observation_on, *dd_on;

    cal_spw_choice *spw;
    int spws;
    cal_corr_choice *corr; /* per data description */

    cal_id_ranges scan, array;
    uint8_t *baseline_on; /* [antennas][antennas], both orders set */
    uint8_t *feed_on;     /* [feeds][feeds] */
    int feeds;

    cal_time_range *time;
    int times;
    cal_length_range *uv;
    int uvs;
};

cal_status cal_parse_field(const char *text, cal_selection *selection, cal_error *err);
cal_status cal_parse_spw(const char *text, cal_selection *selection, cal_error *err);
cal_status cal_parse_intent(const char *text, cal_selection *selection, cal_error *err);
cal_status cal_parse_antenna(const char *text, cal_selection *selection, cal_error *err);
/* mark[id] = 1 for the antennas before the & of each term. */
cal_status cal_parse_first_antennas(const char *text, const cal_meta *meta, uint8_t *mark,
                                    cal_error *err);
cal_status cal_parse_feed(const char *text, cal_table *ms, cal_selection *selection,
                          cal_error *err);
cal_status cal_parse_timerange(const char *text, cal_table *ms, cal_selection *selection,
                               cal_error *err);
cal_status cal_parse_uvrange(const char *text, cal_selection *selection, cal_error *err);
/* After the spws: data descriptions without the products are switched off. */
cal_status cal_parse_correlation(const char *text, cal_selection *selection, cal_error *err);

/* Adds the windows that the part of a spw expression without channels names; `stop`: characters that may follow it. */
cal_status cal_cursor_spws(cal_cursor *cursor, const cal_meta *meta, const char *stop,
                           cal_ids *spws);

#endif
