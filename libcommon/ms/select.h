/* The field's selection syntax, with CASA's meaning: field, spw with channels, scan, intent, antenna, time, uvrange, correlation,
 * observation, array. Grammar and the cases where we differ: `fields_ms 2`; the rules are in select_*.c beside this file.
 *
 * cal_select_text is what a person typed, cal_selection what it means for one MS: tables of ids and a test for rows. Every error
 * is CAL_USAGE for a text that cannot be read and CAL_INPUT for names or ids that the MS does not have ("no field matches ...;
 * fields are ..."). An empty or missing text selects everything.
 */
#ifndef CAL_MS_SELECT_H
#define CAL_MS_SELECT_H

#include "base/error.h"
#include "base/option.h"
#include "ms/meta.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct cal_select_text {
    const char *field, *spw, *scan, *intent, *antenna, *timerange, *uvrange, *correlation,
        *observation, *array, *feed;
} cal_select_text;

/* clang-format off */
/* The selection options of a tool: `text` is a static cal_select_text. */
#define CAL_SELECT_OPTIONS(text)                                                                                            \
    CAL_HEADING("Selection"),                                                                                               \
    {"field", 'f', CAL_TEXT, "SEL", &(text).field, "fields by id, name or pattern: 0~2,3C286,\"NGC*\"", 0, 0},              \
    {"spw", 's', CAL_TEXT, "SEL", &(text).spw, "spectral windows, with channels: 0:5~60;70~90,2~4,*:1.4~1.5GHz", 0, 0},     \
    {"scan", 0, CAL_TEXT, "SEL", &(text).scan, "scan numbers: 3,5~9,>20", 0, 0},                                            \
    {"intent", 0, CAL_TEXT, "SEL", &(text).intent, "intents, whole or by pattern: *PHASE*", 0, 0},                          \
    {"antenna", 'a', CAL_TEXT, "SEL", &(text).antenna, "antennas and baselines: ea01, ea01&ea02, !ea05, *&&*", 0, 0},       \
    {"timerange", 't', CAL_TEXT, "SEL", &(text).timerange, "times: 2024/03/01/09:00:00~09:10:00, >09:05:00", 0, 0},         \
    {"uvrange", 0, CAL_TEXT, "SEL", &(text).uvrange, "baseline length: >30m, 1~20klambda", 0, 0},                           \
    {"correlation", 0, CAL_TEXT, "SEL", &(text).correlation, "correlations: RR,LL", 0, 0},                                  \
    {"observation", 0, CAL_TEXT, "SEL", &(text).observation, "observation ids", 0, 0},                                      \
    {"array", 0, CAL_TEXT, "SEL", &(text).array, "array ids", 0, 0},                                                        \
    {"feed", 0, CAL_TEXT, "SEL", &(text).feed, "feed ids, as for baselines", 0, 0}
/* clang-format on */

/* Channels first, first+step, ... <= last, in the order of the expression. */
typedef struct cal_chan_range {
    int first, last, step;
} cal_chan_range;

typedef struct cal_spw_choice {
    int spw;
    cal_chan_range *range; /* at least one; the whole spw is one range */
    int ranges;
    int nchan;  /* channels chosen, over all ranges */
    bool whole; /* no channel selection */
} cal_spw_choice;

typedef struct cal_selection cal_selection;

/* `ms` is asked for its first TIME and its feeds (NULL: a time must be complete). The selection refers to `meta`, which must outlive
 * it. */
cal_status cal_select_resolve(const cal_select_text *text, cal_table *ms, const cal_meta *meta,
                              cal_selection **selection, cal_error *err);
void cal_selection_free(cal_selection *selection);

/* A set that is only read, and what is selected of it. Closed by the caller, after an error too. */
typedef struct cal_selected {
    cal_table *ms;
    cal_meta *meta;
    cal_selection *selection;
} cal_selected;

cal_status cal_selected_open(const char *path, const cal_select_text *text, cal_selected *set,
                             cal_error *err);
void cal_selected_close(cal_selected *set);

/* Ids in the order of the expression (all ids where nothing was asked). The arrays belong to the selection. */
const int *cal_selection_fields(const cal_selection *selection, int *count);
const int *cal_selection_states(const cal_selection *selection, int *count);
const cal_spw_choice *cal_selection_spws(const cal_selection *selection, int *count);
const int *cal_selection_dds(const cal_selection *selection, int *count);
const int *cal_selection_observations(const cal_selection *selection, int *count);
/* Correlations of data description `dd` that were chosen, as indices into its polarization row. */
const int *cal_selection_corrs(const cal_selection *selection, int dd, int *count);
/* The channels of a spw; NULL when the spw was not chosen. */
const cal_spw_choice *cal_selection_channels(const cal_selection *selection, int spw);
/* The cells [chan][corr] of the rows of a data description, 1 where they were chosen; NULL for all of them. The caller frees it. */
uint8_t *cal_selection_cells(const cal_selection *selection, const cal_meta *meta, int dd);
/* Was this option given (not empty)? name: "field", "spw", ...; NULL: any of them. */
bool cal_selection_has(const cal_selection *selection, const char *name);
/* For programs that only know a shortest and a longest baseline: those of the uvrange, in m or in wavelengths; high may be
 * INFINITY, low is 0 where there is no bound. False when the uvrange has several ranges, or none was given. */
bool cal_selection_uv_bounds(const cal_selection *selection, double *low, double *high,
                             bool *wavelengths);

/* The row test; `rows` are the scalar columns of a run of rows (ms/block.h); keep[i] is set to 0 or 1. Returns how many are kept. */
struct cal_rows;
int64_t cal_selection_rows(const cal_selection *selection, const struct cal_rows *rows,
                           uint8_t *keep);

#endif
