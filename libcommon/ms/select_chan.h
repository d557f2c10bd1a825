/* For select_spw.c only: channels of the windows that a spw expression names. */
#ifndef CAL_MS_SELECT_CHAN_H
#define CAL_MS_SELECT_CHAN_H

#include "ms/select_parts.h"

/* A number with or without a unit of frequency. */
typedef struct cal_bound {
    double value, unit_hz; /* in the unit as typed */
    bool is_frequency;
} cal_bound;

cal_status cal_cursor_bound(cal_cursor *cursor, cal_bound *bound);
/* In Hz; a number without unit has that of the range's other end. */
double cal_bound_hz(const cal_bound *bound, const cal_bound *other);

/* Windows in the order of their first mention, each with its channels in the order of the expression, every channel once. */
typedef struct cal_chan_marks {
    const cal_meta *meta;
    cal_spw_choice *choice;
    int choices;
    uint8_t **taken; /* per spw, per channel; NULL before the spw is named */
} cal_chan_marks;

void cal_chan_marks_start(cal_chan_marks *marks, const cal_meta *meta);
void cal_chan_marks_add(cal_chan_marks *marks, int spw, int first, int last, int step);
/* Hand the windows over to the selection (NULL: throw them away). */
void cal_chan_marks_end(cal_chan_marks *marks, cal_selection *selection);

/* chan[;chan...] for each of the windows. */
cal_status cal_cursor_channels(cal_cursor *cursor, cal_chan_marks *marks, const cal_ids *spws);

#endif
