/* FLAG_CMD: the spw='0:3~9' of a command is about the old spws and channels.
 *
 * Windows given by id or by exact name get their new ids, channel ranges the output channels that
 * hold any of them. A command whose windows are all gone becomes empty. What is not understood
 * (patterns, frequencies, steps) stays as it is. CASA does this only when the first command of
 * the table names a window by number.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ms/subtables_parts.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The value of spw= inside a command: [start, end) without its quotes. */
typedef struct piece {
    size_t start, end;
} piece;

static bool find_spw(const char *command, piece *value)
{
    for (const char *at = command; (at = strstr(at, "spw=")); at += 4) {
        if (at > command && !isspace((unsigned char)at[-1]))
            continue;
        const char *first = at + 4;
        char quote = *first == '\'' || *first == '"' ? *first++ : 0;
        size_t length = quote ? strcspn(first, (char[]){quote, 0}) : strcspn(first, " \t");
        *value = (piece){(size_t)(first - command), (size_t)(first - command) + length};
        return true;
    }
    return false;
}

/* "3~9" or "7". */
static bool parse_range(const char *text, int *first, int *last)
{
    int used = 0;
    if (sscanf(text, "%d~%d%n", first, last, &used) == 2 && !text[used])
        return true;
    used = 0;
    *last = -1;
    if (sscanf(text, "%d%n", first, &used) != 1 || text[used])
        return false;
    *last = *first;
    return true;
}

/* Old spw ids of "0", "0~3" or a name: marked in wanted[]. */
static bool parse_windows(const char *text, const cal_meta *meta, bool *wanted)
{
    int first, last, found = 0;
    memset(wanted, 0, meta->spws * sizeof *wanted);
    if (!strcmp(text, "*") || parse_range(text, &first, &last)) {
        bool all = !strcmp(text, "*");
        for (int i = 0; i < meta->spws; i++)
            wanted[i] = all || (i >= first && i <= last);
        return true;
    }
    for (int i = 0; i < meta->spws; i++)
        found += wanted[i] = !strcmp(text, meta->spw[i].name);
    return found > 0;
}

/* Marks the output channels of the ranges "3~9;12"; false when they cannot be read. */
static bool mark_channels(const char *text, const cal_bins *bins, bool *hit)
{
    cal_words ranges = cal_words_split(text, ';');
    bool read = true;
    for (int r = 0; r < ranges.count && read; r++) {
        int first, last;
        read = parse_range(ranges.item[r], &first, &last);
        for (int i = 0; i < bins->nchan * bins->width && read; i++)
            if (bins->chan[i] >= first && bins->chan[i] <= last)
                hit[i / bins->width] = true;
    }
    cal_words_free(&ranges);
    return read;
}

/* ":0~4;7", "" for all channels; false when no channel is left. */
static bool add_channels(cal_buf *out, const bool *hit, int nchan)
{
    int runs = 0;
    for (int first = 0; first < nchan; first++) {
        int last = first;
        if (!hit[first])
            continue;
        while (last + 1 < nchan && hit[last + 1])
            last++;
        cal_buf_addf(out, last > first ? "%s%d~%d" : "%s%d", runs++ ? ";" : ":", first, last);
        first = last;
    }
    return runs > 0;
}

/* One "windows:channels" of the list, rewritten for window `old`. */
static bool add_window(cal_buf *out, int old, const char *channels, const cal_subtables_plan *plan)
{
    const cal_bins *bins = &plan->bins[old];
    cal_buf window = {0};
    bool read = true, left = true;
    cal_buf_addf(&window, "%s%d", out->len ? "," : "", cal_id_new(&plan->maps->spw, old));
    if (channels && (!bins->nchan || bins->whole)) {
        cal_buf_addf(&window, ":%s", channels);
    } else if (channels) {
        bool *hit = CAL_NEW_ARRAY(bool, bins->nchan);
        read = mark_channels(channels, bins, hit);
        left = read && add_channels(&window, hit, bins->nchan);
        free(hit);
    }
    if (left)
        cal_buf_add(out, cal_buf_text(&window));
    cal_buf_free(&window);
    return read;
}

/* The new value of spw=; NULL when the old one is not understood. */
static char *rewrite_windows(const char *text, const cal_subtables_plan *plan)
{
    cal_words words = cal_words_split(text, ',');
    bool *wanted = CAL_NEW_ARRAY(bool, plan->meta->spws), read = words.count > 0;
    cal_buf out = {0};
    for (int i = 0; i < words.count && read; i++) {
        char *colon = strchr(words.item[i], ':');
        if (colon)
            *colon++ = 0;
        read = parse_windows(words.item[i], plan->meta, wanted);
        for (int old = 0; old < plan->meta->spws && read; old++)
            if (wanted[old] && cal_id_kept(&plan->maps->spw, old))
                read = add_window(&out, old, colon, plan);
    }
    free(wanted);
    cal_words_free(&words);
    if (read)
        return out.data ? cal_buf_steal(&out) : cal_copy_text("");
    cal_buf_free(&out);
    return NULL;
}

static char *rewrite_command(const char *command, const cal_subtables_plan *plan)
{
    piece at;
    if (!find_spw(command, &at) || at.end == at.start)
        return NULL;
    char *old = cal_format("%.*s", (int)(at.end - at.start), command + at.start);
    char *windows = rewrite_windows(old, plan), *result = NULL;
    if (windows && !*windows)
        result = cal_copy_text("");
    else if (windows && strcmp(windows, old))
        result = cal_format("%.*s%s%s", (int)at.start, command, windows, command + at.end);
    free(windows);
    free(old);
    return result;
}

static bool spws_change(const cal_subtables_plan *plan)
{
    if (!plan->maps->spw.all)
        return true;
    for (int i = 0; i < plan->meta->spws; i++)
        if (plan->bins[i].nchan && !plan->bins[i].whole)
            return true;
    return false;
}

cal_status cal_subtable_rewrite_flag_commands(cal_table *sub, const cal_subtables_plan *plan,
                                              cal_error *err)
{
    cal_status status = CAL_OK;
    if (!spws_change(plan) || !cal_table_has_column(sub, "COMMAND"))
        return CAL_OK;
    for (int64_t row = 0; row < cal_table_rows(sub) && !status; row++) {
        char *command;
        cal_span span = cal_span_range(row, 1);
        status = cal_table_get(sub, "COMMAND", CAL_TYPE_TEXT, span, &command, err);
        if (status)
            return status;
        char *changed = rewrite_command(command, plan);
        if (changed)
            status = cal_table_put(sub, "COMMAND", CAL_TYPE_TEXT, span, &changed, err);
        free(changed);
        free(command);
    }
    return status;
}
