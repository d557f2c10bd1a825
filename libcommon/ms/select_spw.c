/* Spectral windows: spec[,spec...], spec = windows[:channels]; a ";" between specs without channels is a comma.
 *
 * windows: id, a~b, a~b^step, <n, >n, a<>b, name, glob, "name or glob", /regex/, or a frequency with unit. One frequency takes the
 * windows that contain it; a range takes the windows whose centre lies in it (CASA's rule) and, where there is none, those that
 * overlap it. Unknown ids and names are errors. Channels are in select_chan.c. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_chan.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static cal_status unknown_spw(const cal_cursor *cursor, const cal_meta *meta, const char *word)
{
    const char **name = CAL_NEW_ARRAY(const char *, meta->spws);
    for (int i = 0; i < meta->spws; i++)
        name[i] = *meta->spw[i].name ? meta->spw[i].name : "(unnamed)";
    cal_select_unknown(cursor->err, "spectral window", "spectral windows", word, name, meta->spws);
    free(name);
    return cursor->err->status;
}

static cal_status spws_by_name(cal_cursor *cursor, const cal_meta *meta, const char *stop,
                               cal_ids *spws)
{
    cal_pattern pattern;
    cal_status status = cal_cursor_pattern(cursor, stop, &pattern);
    const char **name = CAL_NEW_ARRAY(const char *, meta->spws);
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, meta->spws);
    for (int i = 0; i < meta->spws; i++)
        name[i] = meta->spw[i].name;
    if (!status && !cal_pattern_match(&pattern, name, meta->spws, mark))
        status = unknown_spw(cursor, meta, pattern.text);
    for (int i = 0; i < meta->spws && !status; i++)
        if (mark[i])
            cal_ids_add(spws, i);
    free(name);
    free(mark);
    cal_pattern_free(&pattern);
    return status;
}

/* Edges of a window, half a channel beyond its first and last channel. */
static void spw_edges(const cal_spw *spw, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int c = 0; c < spw->nchan; c++) {
        *low = fmin(*low, spw->freq[c] - fabs(spw->width[c]) / 2);
        *high = fmax(*high, spw->freq[c] + fabs(spw->width[c]) / 2);
    }
}

static cal_status no_spw_at(const cal_cursor *cursor, const cal_meta *meta, double low, double high)
{
    enum { SHOWN = 12 };
    cal_buf list = {0};
    for (int i = 0; i < meta->spws && i < SHOWN; i++) {
        double from, to;
        spw_edges(&meta->spw[i], &from, &to);
        cal_buf_addf(&list, "%s%d %.6g~%.6gGHz", i ? ", " : "", i, from / 1e9, to / 1e9);
    }
    if (meta->spws > SHOWN)
        cal_buf_addf(&list, ", ... (%d in all)", meta->spws);
    char range[64];
    snprintf(range, sizeof range, high > low ? "%.9g~%.9gGHz" : "%.9gGHz", low / 1e9, high / 1e9);
    cal_fail(cursor->err, CAL_INPUT, "no spectral window at %s; spectral windows are %s", range,
             cal_buf_text(&list));
    cal_buf_free(&list);
    return cursor->err->status;
}

static cal_status spws_by_frequency(const cal_cursor *cursor, const cal_meta *meta, double low,
                                    double high, cal_ids *spws)
{
    int before = spws->count;
    double from, to;
    for (int i = 0; i < meta->spws && high > low; i++) {
        spw_edges(&meta->spw[i], &from, &to);
        double centre = (from + to) / 2;
        if (centre >= low && centre <= high)
            cal_ids_add(spws, i);
    }
    for (int i = 0; i < meta->spws && spws->count == before; i++) {
        spw_edges(&meta->spw[i], &from, &to);
        if (from <= high && to >= low && high > low)
            cal_ids_add(spws, i);
    }
    for (int i = 0; i < meta->spws && high <= low; i++) {
        spw_edges(&meta->spw[i], &from, &to);
        if (from <= low && low <= to)
            cal_ids_add(spws, i);
    }
    return spws->count > before ? CAL_OK : no_spw_at(cursor, meta, low, high);
}

static cal_status spws_by_id(const cal_cursor *cursor, const cal_meta *meta, cal_id_range range,
                             int step, cal_ids *spws)
{
    if (range.first >= meta->spws) {
        char word[32];
        snprintf(word, sizeof word, "%d", range.first);
        return unknown_spw(cursor, meta, word);
    }
    if (range.last < range.first)
        return cal_cursor_fail(cursor, "no spectral window can be in this range");
    for (int id = range.first; id <= range.last; id += step)
        cal_ids_add(spws, id);
    return CAL_OK;
}

/* Behind the first number: `~b`, `~b^step`, `<>b`, or nothing. *known is false where the text is a name after all. */
static cal_status spws_by_number(cal_cursor *cursor, const cal_meta *meta, const char *stop,
                                 bool *known, cal_ids *spws)
{
    cal_bound first, last;
    int step = 1;
    if (cal_cursor_bound(cursor, &first))
        return cursor->err->status;
    last = first;
    bool between = cal_cursor_take(cursor, "<>"), range = !between && cal_cursor_take(cursor, "~");
    if ((between || range) && cal_cursor_bound(cursor, &last))
        return cursor->err->status;
    if (cal_cursor_take(cursor, "^") && (cal_cursor_int(cursor, &step) || step < 1))
        return step < 1 ? cal_cursor_fail(cursor, "a step must be at least 1")
                        : cursor->err->status;
    *known = cal_cursor_at_end(cursor) || strchr(stop, *cursor->at);
    if (!*known)
        return CAL_OK;
    if (last.value < first.value)
        return cal_cursor_fail(cursor, "the range is reversed");
    if (first.is_frequency || last.is_frequency)
        return spws_by_frequency(cursor, meta, cal_bound_hz(&first, &last),
                                 cal_bound_hz(&last, &first), spws);
    if (last.value > 1e9)
        return cal_cursor_fail(cursor, "the number is too large");
    if (first.value != floor(first.value) || last.value != floor(last.value))
        return cal_cursor_fail(
            cursor,
            "a spectral window is a whole number; a frequency needs its unit, as in 1.4GHz");
    cal_id_range ids = {(int)first.value + between, (int)last.value - between};
    if (ids.last >= meta->spws)
        ids.first = ids.last;
    return spws_by_id(cursor, meta, ids, step, spws);
}

cal_status cal_cursor_spws(cal_cursor *cursor, const cal_meta *meta, const char *stop,
                           cal_ids *spws)
{
    cal_cursor_blanks(cursor);
    const char *start = cursor->at;
    if (*start == '<' || *start == '>') {
        cal_id_range range;
        if (cal_cursor_id_range(cursor, &range))
            return cursor->err->status;
        range.last = range.last < meta->spws ? range.last : meta->spws - 1;
        return spws_by_id(cursor, meta, range, 1, spws);
    }
    bool known = false;
    if (cal_cursor_at_digit(cursor) && spws_by_number(cursor, meta, stop, &known, spws))
        return cursor->err->status;
    if (known)
        return CAL_OK;
    cursor->at = start;
    return spws_by_name(cursor, meta, stop, spws);
}

static cal_status parse_spec(cal_cursor *cursor, cal_chan_marks *marks, const cal_meta *meta)
{
    cal_ids spws = {0};
    cal_status status = cal_cursor_spws(cursor, meta, ":,;", &spws);
    if (!status && cal_cursor_take(cursor, ":"))
        status = cal_cursor_channels(cursor, marks, &spws);
    else
        for (int i = 0; i < spws.count && !status; i++)
            cal_chan_marks_add(marks, spws.id[i], 0, meta->spw[spws.id[i]].nchan - 1, 1);
    cal_ids_free(&spws);
    return status;
}

/* The data descriptions of the chosen windows, in the order of the windows. */
static cal_status take_dds(cal_selection *selection, cal_error *err)
{
    const cal_meta *meta = selection->meta;
    cal_ids_free(&selection->dds);
    memset(selection->dd_on, 0, meta->dds);
    for (int s = 0; s < selection->spws; s++)
        for (int d = 0; d < meta->dds; d++) {
            int spw = meta->dd[d].spw;
            if (spw != selection->spw[s].spw || meta->dd[d].flag_row || meta->spw[spw].flag_row)
                continue;
            cal_ids_add(&selection->dds, d);
            selection->dd_on[d] = 1;
        }
    if (selection->dds.count)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "%s has no data description for the chosen spectral windows",
                    meta->path);
}

cal_status cal_parse_spw(const char *text, cal_selection *selection, cal_error *err)
{
    cal_cursor cursor = {"spw", text, text, err};
    cal_chan_marks marks;
    cal_chan_marks_start(&marks, selection->meta);
    cal_status status;
    do
        status = parse_spec(&cursor, &marks, selection->meta);
    while (!status && (cal_cursor_take(&cursor, ",") || cal_cursor_take(&cursor, ";")));
    if (!status && !cal_cursor_at_end(&cursor))
        status = cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here", cursor.at);
    cal_chan_marks_end(&marks, status ? NULL : selection);
    return status ? status : take_dds(selection, err);
}
