/* What a split will do, worked out before any row is read. */
#include "base/json.h"
#include "base/mem.h"
#include "ms/schema.h"
#include "ms/split_parts.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cal_split_note(cal_split *split, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    cal_json_push(&split->notes, cal_json_text(text));
}

static cal_status select_alone(cal_split *split, const cal_select_text *text,
                               cal_selection **selection, cal_error *err)
{
    return cal_select_resolve(text, split->ms, split->meta, selection, err);
}

/* ---- data columns and their weights ---- */

static const struct {
    const char *word, *name;
    unsigned read, write;
} data_columns[] = {
    {"data", "DATA", CAL_READ_DATA, CAL_MS_DATA},
    {"model", "MODEL_DATA", CAL_READ_MODEL, CAL_MS_MODEL},
    {"corrected", "CORRECTED_DATA", CAL_READ_CORRECTED, CAL_MS_CORRECTED},
    {"float_data", "FLOAT_DATA", CAL_READ_FLOAT_DATA, CAL_MS_FLOAT_DATA},
};

static void take_column(cal_split *split, int i)
{
    int n = split->rule.columns++;
    split->columns_in[n] = data_columns[i].read;
    split->column_names[n] = data_columns[i].name;
    split->columns_out |= data_columns[i].write;
}

static cal_status choose_columns(cal_split *split, cal_error *err)
{
    const char *wanted = split->options->datacolumn;
    bool all = !strcmp(wanted, "all");
    if (!strcmp(wanted, "auto"))
        wanted = cal_table_has_column(split->ms, "CORRECTED_DATA") ? "corrected" : "data";
    for (size_t i = 0; i < CAL_COUNT(data_columns); i++) {
        bool power = data_columns[i].read == CAL_READ_FLOAT_DATA;
        if (all ? power : strcmp(wanted, data_columns[i].word))
            continue;
        if (cal_table_has_column(split->ms, data_columns[i].name))
            take_column(split, (int)i);
        else if (!all)
            return cal_fail(err, CAL_INPUT, "%s: has no column %s (--datacolumn %s)",
                            split->meta->path, data_columns[i].name, wanted);
    }
    if (!split->rule.columns)
        return cal_fail(err, CAL_INPUT, "%s: has none of DATA, MODEL_DATA, CORRECTED_DATA",
                        split->meta->path);
    if (split->rule.columns == 1 && split->columns_out != CAL_MS_FLOAT_DATA)
        split->columns_out = CAL_MS_DATA;
    return CAL_OK;
}

static int kind_of(cal_split *split, cal_weight_source source)
{
    for (int k = 0; k < split->rule.kinds; k++)
        if (split->source[k] == source)
            return k;
    split->source[split->rule.kinds] = source;
    return split->rule.kinds++;
}

static cal_weight_source source_of_column(const cal_split *split, int column)
{
    bool alone = split->rule.columns == 1, corrected = false;
    for (int i = 0; i < split->rule.columns; i++)
        corrected |= split->columns_in[i] == CAL_READ_CORRECTED;
    switch (split->columns_in[column]) {
    case CAL_READ_CORRECTED:
        return CAL_WEIGHT_OF_WEIGHT;
    case CAL_READ_MODEL:
        return corrected                  ? CAL_WEIGHT_OF_WEIGHT
               : alone && split->averages ? CAL_WEIGHT_ONE
                                          : CAL_WEIGHT_OF_SIGMA;
    default:
        return split->stage ? CAL_WEIGHT_OF_WEIGHT : CAL_WEIGHT_OF_SIGMA;
    }
}

/* SIGMA follows the first column, WEIGHT the last; UVW and TIME_CENTROID CORRECTED_DATA or the first. */
static void choose_weights(cal_split *split)
{
    cal_average_rule *rule = &split->rule;
    rule->kinds = 0;
    for (int i = 0; i < rule->columns; i++)
        rule->kind[i] = kind_of(split, source_of_column(split, i));
    rule->sigma_kind = rule->kind[0];
    rule->weight_kind = rule->kind[rule->columns - 1];
    split->time_rule.row_kind = rule->weight_kind;
    if (split->source[rule->weight_kind] == CAL_WEIGHT_ONE)
        split->time_rule.row_kind = -1;
}

static bool has_spectra(const cal_split *split)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    return cal_table_has_column(split->ms, "WEIGHT_SPECTRUM") && cal_table_rows(split->ms) > 0 &&
           cal_table_cell_shape(split->ms, "WEIGHT_SPECTRUM", 0, &ndim, shape);
}

/* ---- channels and correlations ---- */

static cal_status width_of(const cal_split *split, int position, int spws, int *width,
                           cal_error *err)
{
    const cal_split_options *options = split->options;
    if (options->widths > 1 && options->widths != spws)
        return cal_fail(err, CAL_USAGE, "--width has %d numbers for %d selected spws",
                        options->widths, spws);
    *width = options->widths == 0   ? 1
             : options->widths == 1 ? options->width[0]
                                    : options->width[position];
    return *width > 0
               ? CAL_OK
               : cal_fail(err, CAL_USAGE, "--width %d: a bin has at least one channel", *width);
}

static cal_status plan_channels(cal_split *split, cal_error *err)
{
    int spws;
    const cal_spw_choice *choice = cal_selection_spws(split->selection, &spws);
    split->bins = CAL_NEW_ARRAY(cal_bins, split->meta->spws);
    for (int i = 0; i < spws; i++) {
        int width = 1, id = choice[i].spw;
        cal_bins *bins = &split->bins[id];
        if (width_of(split, i, spws, &width, err) ||
            cal_bins_make(&choice[i], &split->meta->spw[id], width, bins, err))
            return err->status;
        split->averages |= bins->width > 1;
        if (bins->width < width)
            cal_split_note(split, "spw %d: %d channels are averaged to one, fewer than --width %d",
                           id, bins->width, width);
        if (bins->dropped)
            cal_split_note(split,
                           "spw %d: %d channels are left over at the end of a range and dropped",
                           id, bins->dropped);
    }
    return CAL_OK;
}

static void keep_correlations(cal_split *split, int pol, const int *corr, int ncorr)
{
    if (split->corr[pol])
        return;
    split->corr[pol] = CAL_NEW_ARRAY(int, ncorr);
    memcpy(split->corr[pol], corr, ncorr * sizeof(int));
    split->ncorr[pol] = ncorr;
}

/* The correlation expression holds for the rows of POLARIZATION that no selected spw uses, too. */
static cal_status plan_other_polarizations(cal_split *split, cal_error *err)
{
    const cal_select_text text = {.correlation = split->options->select.correlation};
    cal_selection *alone;
    int dds, ncorr;
    if (!cal_selection_has(split->selection, "correlation"))
        return CAL_OK;
    cal_status status = select_alone(split, &text, &alone, err);
    if (status)
        return status;
    const int *dd = cal_selection_dds(alone, &dds);
    for (int i = 0; i < dds; i++) {
        const int *corr = cal_selection_corrs(alone, dd[i], &ncorr);
        keep_correlations(split, split->meta->dd[dd[i]].pol, corr, ncorr);
    }
    cal_selection_free(alone);
    return CAL_OK;
}

static cal_status plan_cells(cal_split *split, cal_error *err)
{
    int dds, nchan = 0, ncorr = 0;
    const int *dd = cal_selection_dds(split->selection, &dds);
    const cal_meta *meta = split->meta;
    split->cells = CAL_NEW_ARRAY(cal_cells, meta->dds);
    split->corr = CAL_NEW_ARRAY(int *, meta->pols);
    split->ncorr = CAL_NEW_ARRAY(int, meta->pols);
    split->one_shape = true;
    for (int i = 0; i < dds; i++) {
        int pol = meta->dd[dd[i]].pol, spw = meta->dd[dd[i]].spw, count;
        const int *corr = cal_selection_corrs(split->selection, dd[i], &count);
        cal_cells *cells = &split->cells[dd[i]];
        *cells = cal_cells_make(&split->bins[spw], &meta->spw[spw], &meta->pol[pol], corr, count);
        if (!cells->ncorr)
            return cal_fail(err, CAL_DATA, "data description %d: no correlation is selected",
                            dd[i]);
        keep_correlations(split, pol, cells->corr, cells->ncorr);
        split->one_shape &= !i || (nchan == cells->nchan_in && ncorr == cells->ncorr_in);
        nchan = cells->nchan_in;
        ncorr = cells->ncorr_in;
    }
    return CAL_OK;
}

/* ---- time ---- */

static void plan_time(cal_split *split)
{
    const cal_split_options *options = split->options;
    bool state = options->combine_state;
    if (!(options->timebin > 0))
        return;
    /* CASA's rule: ALMA's states change every 30 s. */
    if (!state && options->timebin > 30 && split->meta->observations &&
        !strcmp(split->meta->observation[0].telescope, "ALMA")) {
        state = true;
        cal_split_note(split, "ALMA and more than 30 s: states are combined");
    }
    split->averages = true;
    split->time_rule = (cal_timebin_rule){.width = options->timebin,
                                          .uvw_distance = options->maxuvwdistance,
                                          .combine_scan = options->combine_scan,
                                          .combine_state = state,
                                          .casa = options->casa,
                                          .jobs = options->jobs};
}

/* ---- the whole ---- */

static cal_status resolve(cal_split *split, cal_error *err)
{
    const cal_select_text *text = &split->options->select;
    cal_select_text times = {.timerange = text->timerange}, antennas = {.antenna = text->antenna};
    cal_status status = cal_select_resolve(text, split->ms, split->meta, &split->selection, err);
    if (!status && cal_selection_has(split->selection, "timerange"))
        status = select_alone(split, &times, &split->times, err);
    /* CASA's rule: an expression that excludes keeps all rows of ANTENNA. */
    if (!status && cal_selection_has(split->selection, "antenna") && !strchr(text->antenna, '!'))
        status = select_alone(split, &antennas, &split->antennas, err);
    return status;
}

cal_status cal_split_plan(cal_split *split, cal_error *err)
{
    cal_status status = resolve(split, err);
    if (!status)
        status = choose_columns(split, err);
    if (!status)
        status = plan_channels(split, err);
    if (!status)
        status = plan_cells(split, err);
    if (!status)
        status = plan_other_polarizations(split, err);
    if (status)
        return status;
    plan_time(split);
    choose_weights(split);
    split->spectra_in = has_spectra(split);
    if (split->spectra_in || split->options->usewtspectrum)
        split->columns_out |= CAL_MS_WEIGHT_SPECTRUM | CAL_MS_SIGMA_SPECTRUM;
    split->rule.over_time = split->options->timebin > 0;
    split->rule.casa = split->options->casa;
    split->rule.weighted = split->spectra_in || split->rule.over_time;
    split->time_rule.average = &split->rule;
    split->time_rule.cells = split->cells;
    return CAL_OK;
}

bool cal_split_copies(const cal_split *split)
{
    int dds;
    const int *dd = cal_selection_dds(split->selection, &dds);
    bool plain = !split->averages && !split->stage;
    for (int i = 0; i < dds && plain; i++)
        plain = split->cells[dd[i]].whole;
    for (int i = 0; i < split->rule.columns && plain; i++)
        plain = cal_table_has_runs(split->ms, split->column_names[i], CAL_TYPE_COMPLEX);
    return plain;
}

cal_status cal_split_calibrate(cal_split *split, const cal_split_stage *stage, cal_error *err)
{
    if (split->rule.columns != 1 || split->columns_in[0] != CAL_READ_DATA)
        return cal_fail(err, CAL_USAGE,
                        "calibration tables are applied to DATA: use --datacolumn data");
    split->stage = stage;
    choose_weights(split);
    return CAL_OK;
}

/* ---- the first pass ---- */

typedef struct array_ids {
    int *id, count;
} array_ids;

static void add_array(array_ids *arrays, int id)
{
    for (int i = 0; i < arrays->count; i++)
        if (arrays->id[i] == id)
            return;
    int at = arrays->count++;
    arrays->id = cal_grow(arrays->id, arrays->count, sizeof(int));
    for (; at > 0 && arrays->id[at - 1] > id; at--)
        arrays->id[at] = arrays->id[at - 1];
    arrays->id[at] = id;
}

typedef struct survey {
    cal_split *split;
    array_ids arrays;
} survey;

static bool survey_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    survey *s = user;
    cal_split *split = s->split;
    if (split->timebins)
        cal_timebins_plan(split->timebins, rows, keep);
    for (int64_t i = 0; i < rows->count; i++) {
        if (!keep[i])
            continue;
        const cal_cells *cells = &split->cells[rows->dd[i]];
        split->counts.rows_selected++;
        split->counts.samples_in += (double)cells->nchan_in * cells->ncorr_in;
        split->counts.samples_out += (double)cells->nchan * cells->ncorr;
        add_array(&s->arrays, rows->array[i]);
    }
    return true;
}

static cal_status survey_all(survey *s, cal_error *err)
{
    s->split->counts.rows_selected = 0;
    return cal_rows_pass(s->split->ms, s->split->selection,
                         CAL_SKIP_ALL & ~(CAL_SKIP_ARRAY | CAL_SKIP_STATE), survey_rows, s, NULL,
                         err);
}

cal_status cal_split_survey(cal_split *split, bool always, cal_error *err)
{
    survey s = {.split = split};
    bool chosen = cal_selection_has(split->selection, "array");
    if (split->rule.over_time)
        split->timebins = cal_timebins_make(&split->time_rule);
    bool needed = always || split->timebins || chosen;
    cal_status status = needed ? survey_all(&s, err) : CAL_OK;
    if (!status && needed && !split->counts.rows_selected)
        status = cal_fail(err, CAL_DATA, "%s: the selection leaves no row", split->meta->path);
    split->maps = cal_reindex_make(split->selection, split->antennas, s.arrays.id,
                                   chosen ? s.arrays.count : 0, split->meta, &split->sources,
                                   split->options->reindex);
    free(s.arrays.id);
    return status;
}
