/* Channels: n, a~b, a~b^step, ^step, f1~f2GHz, f1~f2GHz^df, fGHz.
 *
 * By frequency a range takes the channels whose centres lie in it, bounds included; one frequency takes the two channels around it,
 * the first at or beyond it and the one before (CASA's rule). A range that begins within the window and ends beyond it is cut; a
 * range wholly outside is an error, or drops the window where the expression names several (with a warning, except for
 * frequencies, where that is what one wants). */
#include "ms/select_chan.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* ---- numbers with units ---- */

cal_status cal_cursor_bound(cal_cursor *cursor, cal_bound *bound)
{
    static const struct {
        const char *name;
        double hz;
    } unit[] = {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}, {"THz", 1e12}};
    *bound = (cal_bound){.unit_hz = 1};
    if (cal_cursor_double(cursor, &bound->value))
        return cursor->err->status;
    const char *start = cursor->at;
    char word[8];
    cal_cursor_unit(cursor, word, sizeof word);
    for (size_t i = 0; i < CAL_COUNT(unit); i++) {
        if (!strcmp(word, unit[i].name)) {
            bound->unit_hz = unit[i].hz;
            bound->is_frequency = true;
        }
    }
    if (!bound->is_frequency)
        cursor->at = start;
    return CAL_OK;
}

double cal_bound_hz(const cal_bound *bound, const cal_bound *other)
{
    return bound->value * (bound->is_frequency ? bound->unit_hz : other->unit_hz);
}

/* ---- what was chosen ---- */

void cal_chan_marks_start(cal_chan_marks *marks, const cal_meta *meta)
{
    *marks = (cal_chan_marks){.meta = meta, .taken = CAL_NEW_ARRAY(uint8_t *, meta->spws)};
}

static cal_spw_choice *choice_of(cal_chan_marks *marks, int spw)
{
    for (int i = 0; i < marks->choices; i++)
        if (marks->choice[i].spw == spw)
            return &marks->choice[i];
    marks->choice = cal_grow(marks->choice, marks->choices + 1, sizeof *marks->choice);
    marks->choice[marks->choices] = (cal_spw_choice){.spw = spw};
    marks->taken[spw] = CAL_NEW_ARRAY(uint8_t, marks->meta->spw[spw].nchan);
    return &marks->choice[marks->choices++];
}

static void add_range(cal_spw_choice *choice, int first, int last, int step)
{
    choice->range = cal_grow(choice->range, choice->ranges + 1, sizeof *choice->range);
    choice->range[choice->ranges++] = (cal_chan_range){first, last, step};
}

void cal_chan_marks_add(cal_chan_marks *marks, int spw, int first, int last, int step)
{
    cal_spw_choice *choice = choice_of(marks, spw);
    uint8_t *taken = marks->taken[spw];
    for (int c = first; c <= last; c += step) {
        int start = c;
        for (; c <= last && !taken[c]; c += step) {
            taken[c] = 1;
            choice->nchan++;
        }
        if (c > start)
            add_range(choice, start, c > last && start == first ? last : c - step, step);
    }
}

void cal_chan_marks_end(cal_chan_marks *marks, cal_selection *selection)
{
    for (int i = 0; i < marks->choices; i++) {
        cal_spw_choice *choice = &marks->choice[i];
        int nchan = marks->meta->spw[choice->spw].nchan;
        if (!choice->ranges)
            add_range(choice, 0, -1, 1); /* a window without channels */
        choice->whole = choice->ranges == 1 && choice->range[0].first == 0 &&
                        choice->range[0].step == 1 && choice->nchan == nchan;
    }
    for (int i = 0; i < marks->meta->spws; i++)
        free(marks->taken[i]);
    free(marks->taken);
    if (selection) {
        selection->spw = marks->choice;
        selection->spws = marks->choices;
        return;
    }
    for (int i = 0; i < marks->choices; i++)
        free(marks->choice[i].range);
    free(marks->choice);
}

/* ---- frequencies to channels ---- */

/* Channels whose centres lie within low..high; false for none. Ascending or descending makes no difference. */
static bool channels_between(const cal_spw *spw, double low, double high, int *first, int *last)
{
    *first = spw->nchan;
    *last = -1;
    for (int c = 0; c < spw->nchan; c++) {
        double slack = 1e-6 * fabs(spw->width[c]); /* for the rounding of what was typed */
        if (spw->freq[c] < low - slack || spw->freq[c] > high + slack)
            continue;
        *first = c < *first ? c : *first;
        *last = c;
    }
    return *last >= 0;
}

/* The first channel at or beyond `freq` in the direction of the window, and the one before it. */
static bool channels_around(const cal_spw *spw, double freq, int *first, int *last)
{
    double sign = spw->nchan > 1 && spw->freq[1] < spw->freq[0] ? -1 : 1;
    for (int c = 0; c < spw->nchan; c++) {
        double slack = 1e-6 * fabs(spw->width[c]), half = fabs(spw->width[c]) / 2;
        if (c == 0 && sign * freq < sign * spw->freq[0] - half)
            return false;
        if (sign * spw->freq[c] >= sign * freq - slack) {
            *last = c;
            *first = c ? c - 1 : 0;
            return true;
        }
        if (c == spw->nchan - 1 && sign * freq <= sign * spw->freq[c] + half) {
            *first = *last = c;
            return true;
        }
    }
    return false;
}

/* ---- parsing ---- */

/* `^step` in channels, or in a frequency. */
static cal_status parse_step(cal_cursor *cursor, const cal_spw *spw, int *step)
{
    cal_bound bound;
    *step = 1;
    if (!cal_cursor_take(cursor, "^"))
        return CAL_OK;
    if (cal_cursor_bound(cursor, &bound))
        return cursor->err->status;
    double count = bound.value;
    if (bound.is_frequency)
        count = spw->nchan ? fmax(1, round(cal_bound_hz(&bound, &bound) / fabs(spw->width[0]))) : 1;
    if (count < 1 || count != floor(count) || count > 1e9)
        return cal_cursor_fail(cursor, "a channel step is a whole number of at least 1");
    *step = (int)count;
    return CAL_OK;
}

static cal_status parse_range(cal_cursor *cursor, const cal_spw *spw, int *first, int *last)
{
    cal_bound from, to;
    if (cal_cursor_bound(cursor, &from))
        return cursor->err->status;
    bool range = cal_cursor_take(cursor, "~");
    to = from;
    if (range && cal_cursor_bound(cursor, &to))
        return cursor->err->status;
    double low = cal_bound_hz(&from, &to), high = cal_bound_hz(&to, &from);
    if (high < low)
        return cal_cursor_fail(cursor, "the channel range is reversed");
    if (from.is_frequency || to.is_frequency) {
        if (range ? !channels_between(spw, low, high, first, last)
                  : !channels_around(spw, low, first, last))
            *last = -1;
        return CAL_OK;
    }
    if (from.value != floor(from.value) || to.value != floor(to.value) || to.value > 1e9)
        return cal_cursor_fail(
            cursor, "a channel is a whole number; a frequency needs its unit, as in 1.4GHz");
    *first = (int)from.value;
    *last = (int)fmin(to.value, spw->nchan - 1);
    return CAL_OK;
}

/* The first range that has no channel in a window. */
typedef struct missing_range {
    const char *start; /* NULL: none */
    int length, spw;
} missing_range;

/* All ranges for one window; *any: they choose a channel. */
static cal_status parse_channels(cal_cursor *cursor, cal_chan_marks *marks, int spw,
                                 missing_range *missing, bool *any)
{
    const cal_spw *window = &marks->meta->spw[spw];
    do {
        int first = 0, last = window->nchan - 1, step;
        cal_cursor_blanks(cursor);
        const char *start = cursor->at;
        if ((*start != '^' && parse_range(cursor, window, &first, &last)) ||
            parse_step(cursor, window, &step))
            return cursor->err->status;
        if (first <= last) {
            *any = true;
            cal_chan_marks_add(marks, spw, first, last, step);
        } else if (!missing->start) {
            *missing = (missing_range){start, (int)(cursor->at - start), spw};
        }
    } while (cal_cursor_take(cursor, ";"));
    return CAL_OK;
}

static cal_status fail_missing(const cal_cursor *cursor, const cal_meta *meta,
                               const missing_range *missing)
{
    const cal_spw *spw = &meta->spw[missing->spw];
    if (!spw->nchan)
        return cal_fail(cursor->err, CAL_INPUT, "spectral window %d has no channels at all",
                        missing->spw);
    return cal_fail(
        cursor->err, CAL_INPUT,
        "spw selection \"%s\": no channel of spectral window %d is in %.*s; it has channels 0~%d "
        "(%.9g to %.9g GHz)",
        cursor->text, missing->spw, missing->length, missing->start, spw->nchan - 1,
        spw->freq[0] / 1e9, spw->freq[spw->nchan - 1] / 1e9);
}

cal_status cal_cursor_channels(cal_cursor *cursor, cal_chan_marks *marks, const cal_ids *spws)
{
    const char *start = cursor->at;
    missing_range missing = {0};
    bool any = false;
    for (int i = 0; i < spws->count; i++) {
        bool here = false;
        cursor->at = start;
        if (parse_channels(cursor, marks, spws->id[i], &missing, &here))
            return cursor->err->status;
        if (!here && spws->count > 1 && !memmem(start, cursor->at - start, "Hz", 2))
            cal_warn(
                "spw selection \"%s\": spectral window %d has channels 0~%d only and is left out",
                cursor->text, spws->id[i], marks->meta->spw[spws->id[i]].nchan - 1);
        any |= here;
    }
    bool one = spws->count == 1;
    return missing.start && (one || !any) ? fail_missing(cursor, marks->meta, &missing) : CAL_OK;
}
