#include "selfcal/copy.h"

#include "base/mem.h"
#include "selfcal/names.h"
#include "table/measures.h"
#include <math.h>
#include <string.h>

typedef struct making {
    const cal_clean_target *target;
    const cal_target_block *block;
    const cal_dataset *set;
    const cal_contdat *continuum;
    const cal_selfcal_settings *settings;
    cal_words *notes;
} making;

/* ---- lines ---- */

static cal_status set_frame(const making *m, cal_frame *frame, cal_error *err)
{
    const cal_plan_scan *middle = &m->set->scan[m->block->scan[m->block->scans / 2]];
    if (cal_frame_set_time(frame, (middle->begin + middle->end) / 2, err))
        return err->status;
    return cal_frame_set_direction(frame, "J2000", m->target->field[0].direction, err);
}

/* The channels' centres in the frame of the continuum ranges, in the middle of the observation. */
static cal_status channels_in_frame(const making *m, const cal_plan_spw *spw, const char *to,
                                    double *freq, cal_error *err)
{
    cal_frame *frame;
    memcpy(freq, spw->freq, spw->channels * sizeof *freq);
    if (!strcmp(spw->frame, to))
        return CAL_OK;
    if (cal_frame_new(m->set->antenna[0].position, &frame, err))
        return err->status;
    cal_status status = set_frame(m, frame, err);
    if (!status)
        status = cal_frame_frequencies(frame, spw->frame, to, spw->channels, freq, freq, err);
    cal_frame_free(frame);
    return status;
}

static void note(const making *m, const cal_plan_spw *spw, const char *what)
{
    char *text =
        cal_format("%s, %s: spw %d %s %s", m->set->root, m->target->name, spw->id, spw->name, what);
    cal_words_add(m->notes, text);
    free(text);
}

static cal_status keep_continuum(const making *m, const cal_cont_window *window, cal_copy_spw *copy,
                                 cal_error *err)
{
    const cal_plan_spw *spw = copy->spw;
    double *freq = CAL_NEW_ARRAY(double, spw->channels);
    copy->range = cal_grow(copy->range, spw->channels, sizeof *copy->range);
    cal_status status = channels_in_frame(m, spw, window->frame, freq, err);
    if (!status)
        copy->ranges =
            cal_continuum_channels(freq, spw->channels, window->range, window->ranges, copy->range);
    copy->lines_out = true;
    free(freq);
    return status;
}

static cal_status choose_channels(const making *m, cal_copy_spw *copy, cal_error *err)
{
    const cal_plan_spw *spw = copy->spw;
    copy->range = CAL_NEW_ARRAY(cal_chan_run, 1);
    copy->range[0] = (cal_chan_run){0, spw->channels - 1};
    copy->ranges = 1;
    if (!m->continuum)
        return CAL_OK;
    const cal_cont_window *window = cal_contdat_find(
        m->continuum, m->target->name, m->target->spw[copy->index]->number, spw->name);
    if (window && window->ranges && !window->all)
        return keep_continuum(m, window, copy, err);
    if (window && window->none)
        copy->ranges = 0;
    else if (!window && cal_contdat_has_field(m->continuum, m->target->name))
        note(m, spw, "has no entry in cont.dat; all of its channels are taken for continuum");
    return CAL_OK;
}

/* ---- windows ---- */

static void average_channels(cal_copy_spw *copy)
{
    const cal_plan_spw *spw = copy->spw;
    double centre = (spw->low + spw->high) / 2;
    copy->width = cal_channels_per_bin(spw->channels, spw->bandwidth, cal_channel_goal(centre));
    copy->width = cal_bin_for_ranges(copy->range, copy->ranges, copy->width);
    int used = cal_channels_in(copy->range, copy->ranges) -
               cal_channels_left(copy->range, copy->ranges, copy->width);
    copy->bins = used / copy->width;
    copy->effective_bw = used * spw->bandwidth / spw->channels;
    for (int i = 0; i < copy->width; i++)
        copy->first_freq += spw->freq[i] / copy->width;
}

static cal_status add_window(const making *m, int index, cal_copy *made, cal_error *err)
{
    const cal_plan_spw *spw = cal_dataset_spw(m->set, m->target->spw[index]->id[m->block->set]);
    if (!spw)
        return CAL_OK;
    cal_copy_spw *copy = &made->spw[made->spws];
    *copy = (cal_copy_spw){.spw = spw, .index = index, .id = made->spws};
    cal_status status = choose_channels(m, copy, err);
    if (!status && copy->ranges)
        average_channels(copy);
    if (!status && copy->bins) {
        made->spws++;
        return CAL_OK;
    }
    free(copy->range);
    if (!status)
        note(m, spw, "is left out: it has no continuum");
    return status;
}

static void count_samples(const making *m, cal_copy *made)
{
    for (int i = 0; i < m->block->scans; i++) {
        const cal_plan_scan *scan = &m->set->scan[m->block->scan[i]];
        double share = m->block->fields[i] / scan->fields.count;
        for (int k = 0; k < made->spws; k++)
            for (int n = 0; n < scan->spws.count; n++) {
                const cal_copy_spw *spw = &made->spw[k];
                if (scan->spws.id[n] != spw->spw->id)
                    continue;
                double rows = scan->spw_rows[n] * share;
                made->rows += rows;
                made->samples += rows * spw->bins * (spw->spw->correlations ?: 2);
            }
    }
    double timebin = 0;
    cal_parse_quantity(m->settings->timebin, "s", "s", &timebin, NULL);
    double factor = fmax(1, timebin / m->block->integration);
    made->rows /= factor;
    made->samples /= factor;
}

/* ---- ms-split ---- */

static void add_option(cal_words *argv, const char *name, const char *value)
{
    cal_words_add(argv, name);
    cal_words_add(argv, value);
}

static void add_fields(const making *m, cal_words *argv)
{
    cal_buf ids = {0};
    for (int i = 0; i < m->target->fields; i++)
        if (m->target->field[i].id[m->block->set] >= 0)
            cal_buf_addf(&ids, "%s%d", ids.len ? "," : "", m->target->field[i].id[m->block->set]);
    add_option(argv, "--field", cal_buf_text(&ids));
    cal_buf_free(&ids);
}

static bool add_windows(const cal_copy *made, cal_words *argv)
{
    cal_buf spws = {0}, widths = {0};
    bool averaged = false;
    for (int i = 0; i < made->spws; i++) {
        const cal_copy_spw *copy = &made->spw[i];
        cal_buf_addf(&spws, "%s%d", i ? "," : "", copy->spw->id);
        if (copy->lines_out) {
            cal_buf_add(&spws, ":");
            cal_channels_text(copy->range, copy->ranges, &spws);
        }
        cal_buf_addf(&widths, "%s%d", i ? "," : "", copy->width);
        averaged |= copy->width > 1;
    }
    add_option(argv, "--spw", cal_buf_text(&spws));
    if (averaged)
        add_option(argv, "--width", cal_buf_text(&widths));
    cal_buf_free(&spws);
    cal_buf_free(&widths);
    return averaged;
}

static void write_command(const making *m, cal_copy *made)
{
    double timebin = 0;
    cal_parse_quantity(m->settings->timebin, "s", "s", &timebin, NULL);
    cal_words_add(&made->argv, "ms-split");
    add_fields(m, &made->argv);
    bool averaged = add_windows(made, &made->argv);
    const char *column = m->settings->datacolumn;
    add_option(&made->argv, "--datacolumn", strcmp(column, "auto") ? column : m->set->column);
    if (timebin > 0)
        add_option(&made->argv, "--timebin", m->settings->timebin);
    if (averaged || timebin > 0)
        cal_words_add(&made->argv, "--usewtspectrum");
    add_option(&made->argv, "--pointing", "link");
    cal_words_add(&made->argv, m->set->path);
    cal_words_add(&made->argv, made->path);
}

cal_status cal_copy_plan(const cal_clean_target *target, const cal_target_block *block,
                         const cal_dataset *set, const cal_contdat *continuum,
                         const cal_selfcal_settings *settings, const char *folder, cal_words *notes,
                         cal_copy *copy, cal_error *err)
{
    const making m = {target, block, set, continuum, settings, notes};
    *copy = (cal_copy){.spw = CAL_NEW_ARRAY(cal_copy_spw, target->spws)};
    cal_status status = CAL_OK;
    for (int i = 0; i < target->spws && !status; i++)
        status = add_window(&m, i, copy, err);
    if (!status && !copy->spws)
        status = cal_fail(err, CAL_DATA, "%s has no continuum channels of %s in %s", set->path,
                          target->name, target->band);
    if (status) {
        cal_copy_free(copy);
        return status;
    }
    int *number = CAL_NEW_ARRAY(int, copy->spws);
    for (int i = 0; i < copy->spws; i++)
        number[i] = target->spw[copy->spw[i].index]->number;
    copy->name = cal_selfcal_ms_name(set->root, target->name, number, copy->spws);
    copy->path =
        strcmp(folder, ".") ? cal_format("%s/%s", folder, copy->name) : cal_copy_text(copy->name);
    free(number);
    count_samples(&m, copy);
    write_command(&m, copy);
    return CAL_OK;
}

void cal_copy_free(cal_copy *copy)
{
    for (int i = 0; i < copy->spws; i++)
        free(copy->spw[i].range);
    free(copy->spw);
    free(copy->name);
    free(copy->path);
    cal_words_free(&copy->argv);
    *copy = (cal_copy){0};
}

double cal_copy_bytes(const cal_copy *copy)
{
    const double columns = 3 * 8 + 4 + 1,
                 other = 200; /* complex columns, WEIGHT_SPECTRUM, FLAG; the rest of a row */
    return copy->samples * columns + copy->rows * other;
}
