/* Subtables of a MeasurementSet into arrays of structs. Which column goes into which member is said
 * once, in tables of cal_member. */
#include "ms/meta.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "ms/meta_rows.h"
#include <string.h>

static const cal_member antenna_members[] = {NEEDED("NAME", TEXT, cal_antenna, name),
                                             MEMBER("STATION", TEXT, cal_antenna, station),
                                             MEMBER("MOUNT", TEXT, cal_antenna, mount),
                                             NEEDED("POSITION", DOUBLE, cal_antenna, position),
                                             MEMBER("DISH_DIAMETER", DOUBLE, cal_antenna, diameter),
                                             MEMBER("FLAG_ROW", BOOL, cal_antenna, flag_row)};

static const cal_member spw_members[] = {
    MEMBER("NAME", TEXT, cal_spw, name),
    NEEDED("REF_FREQUENCY", DOUBLE, cal_spw, ref_freq),
    MEMBER("TOTAL_BANDWIDTH", DOUBLE, cal_spw, total_bandwidth),
    MEMBER("MEAS_FREQ_REF", INT, cal_spw, frame),
    MEMBER("NET_SIDEBAND", INT, cal_spw, net_sideband),
    MEMBER("BBC_NO", INT, cal_spw, baseband),
    MEMBER("FLAG_ROW", BOOL, cal_spw, flag_row)};

static const cal_member dd_members[] = {NEEDED("SPECTRAL_WINDOW_ID", INT, cal_data_desc, spw),
                                        NEEDED("POLARIZATION_ID", INT, cal_data_desc, pol),
                                        MEMBER("FLAG_ROW", BOOL, cal_data_desc, flag_row)};

static const cal_member state_members[] = {
    MEMBER("OBS_MODE", TEXT, cal_state, obs_mode), MEMBER("SUB_SCAN", INT, cal_state, sub_scan),
    MEMBER("SIG", BOOL, cal_state, sig),           MEMBER("REF", BOOL, cal_state, ref),
    MEMBER("CAL", DOUBLE, cal_state, cal),         MEMBER("LOAD", DOUBLE, cal_state, load),
    MEMBER("FLAG_ROW", BOOL, cal_state, flag_row)};

static const cal_member observation_members[] = {
    MEMBER("TELESCOPE_NAME", TEXT, cal_observation, telescope),
    MEMBER("OBSERVER", TEXT, cal_observation, observer),
    MEMBER("PROJECT", TEXT, cal_observation, project),
    MEMBER("TIME_RANGE", DOUBLE, cal_observation, time_range)};

static double *copy_doubles(const double *from, int count)
{
    double *to = CAL_NEW_ARRAY(double, count);
    memcpy(to, from, count * sizeof *to);
    return to;
}

/* Channel arrays of one window. Widths that nobody wrote follow from the bandwidth; the noise
 * bandwidths from the widths. */
static cal_status read_channels(cal_table *table, int64_t row, cal_spw *spw, cal_error *err)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM], count = 0;
    void *freq = NULL;
    if (!cal_table_has_column(table, "CHAN_FREQ"))
        return cal_fail(err, CAL_INPUT, "%s has no column CHAN_FREQ", cal_table_path(table));
    if (cal_table_cell_shape(table, "CHAN_FREQ", row, &ndim, shape) &&
        cal_table_get_cell(table, "CHAN_FREQ", CAL_TYPE_DOUBLE, row, &freq, &count, err))
        return err->status;
    spw->nchan = (int)count;
    spw->freq = freq ? freq : CAL_NEW_ARRAY(double, 0);
    spw->width = cal_cell_doubles(table, "CHAN_WIDTH", row, spw->nchan);
    if (!spw->width) {
        spw->width = CAL_NEW_ARRAY(double, count);
        for (int c = 0; c < spw->nchan; c++)
            spw->width[c] = spw->total_bandwidth / spw->nchan;
    }
    spw->effective_bw = cal_cell_doubles(table, "EFFECTIVE_BW", row, spw->nchan);
    if (!spw->effective_bw)
        spw->effective_bw = copy_doubles(spw->width, spw->nchan);
    spw->resolution = cal_cell_doubles(table, "RESOLUTION", row, spw->nchan);
    if (!spw->resolution)
        spw->resolution = copy_doubles(spw->effective_bw, spw->nchan);
    return CAL_OK;
}

static cal_status load_antennas(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->antennas = (int)cal_table_rows(table);
    meta->antenna = CAL_NEW_ARRAY(cal_antenna, meta->antennas);
    return cal_members_read(table, antenna_members, CAL_COUNT(antenna_members), meta->antenna,
                            sizeof *meta->antenna, err);
}

static cal_status load_spws(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->spws = (int)cal_table_rows(table);
    meta->spw = CAL_NEW_ARRAY(cal_spw, meta->spws);
    for (int i = 0; i < meta->spws; i++)
        meta->spw[i].baseband = -1;
    if (cal_members_read(table, spw_members, CAL_COUNT(spw_members), meta->spw, sizeof *meta->spw,
                         err))
        return err->status;
    for (int i = 0; i < meta->spws; i++)
        if (read_channels(table, i, &meta->spw[i], err))
            return err->status;
    return CAL_OK;
}

static cal_status load_pols(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->pols = (int)cal_table_rows(table);
    meta->pol = CAL_NEW_ARRAY(cal_polarization, meta->pols);
    for (int i = 0; i < meta->pols; i++) {
        cal_polarization *pol = &meta->pol[i];
        void *type = NULL, *product = NULL;
        int64_t types = 0, products = 0;
        int ndim;
        int64_t shape[CAL_MAX_DIM];
        if (cal_table_cell_shape(table, "CORR_TYPE", i, &ndim, shape) &&
            cal_table_get_cell(table, "CORR_TYPE", CAL_TYPE_INT, i, &type, &types, err))
            return err->status;
        if (cal_table_cell_shape(table, "CORR_PRODUCT", i, &ndim, shape) &&
            cal_table_get_cell(table, "CORR_PRODUCT", CAL_TYPE_INT, i, &product, &products, err)) {
            free(type);
            return err->status;
        }
        pol->ncorr = (int)types;
        pol->type = type ? type : CAL_NEW_ARRAY(int, 0);
        pol->product = CAL_NEW_ARRAY(int, 2 * types);
        if (products == 2 * types && product)
            memcpy(pol->product, product, 2 * types * sizeof(int));
        free(product);
    }
    return CAL_OK;
}

static cal_status load_dds(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->dds = (int)cal_table_rows(table);
    meta->dd = CAL_NEW_ARRAY(cal_data_desc, meta->dds);
    return cal_members_read(table, dd_members, CAL_COUNT(dd_members), meta->dd, sizeof *meta->dd,
                            err);
}

static cal_status load_states(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->states = (int)cal_table_rows(table);
    meta->state = CAL_NEW_ARRAY(cal_state, meta->states);
    return cal_members_read(table, state_members, CAL_COUNT(state_members), meta->state,
                            sizeof *meta->state, err);
}

static cal_status load_observations(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->observations = (int)cal_table_rows(table);
    meta->observation = CAL_NEW_ARRAY(cal_observation, meta->observations);
    return cal_members_read(table, observation_members, CAL_COUNT(observation_members),
                            meta->observation, sizeof *meta->observation, err);
}

static const struct {
    const char *name;
    cal_status (*load)(cal_table *table, cal_meta *meta, cal_error *err);
    bool needed;
} subtables[] = {{"ANTENNA", load_antennas, true},         {"SPECTRAL_WINDOW", load_spws, true},
                 {"POLARIZATION", load_pols, true},        {"DATA_DESCRIPTION", load_dds, true},
                 {"FIELD", cal_meta_load_fields, true},    {"STATE", load_states, false},
                 {"OBSERVATION", load_observations, false}};

/* Everything that looks up windows by data description may rely on this. */
static cal_status check_dds(const cal_meta *meta, cal_error *err)
{
    for (int i = 0; i < meta->dds; i++) {
        const cal_data_desc *dd = &meta->dd[i];
        if (dd->spw < 0 || dd->spw >= meta->spws)
            return cal_fail(err, CAL_INPUT,
                            "%s: DATA_DESCRIPTION row %d names spectral window %d; there are %d",
                            meta->path, i, dd->spw, meta->spws);
        if (dd->pol < 0 || dd->pol >= meta->pols)
            return cal_fail(err, CAL_INPUT,
                            "%s: DATA_DESCRIPTION row %d names polarization %d; there are %d",
                            meta->path, i, dd->pol, meta->pols);
    }
    return CAL_OK;
}

static cal_status load_subtables(const cal_table *main, bool whole, cal_meta *meta, cal_error *err)
{
    for (size_t i = 0; i < CAL_COUNT(subtables); i++) {
        cal_table *table;
        if (!(whole && subtables[i].needed) && !cal_table_has_sub(main, subtables[i].name))
            continue;
        if (cal_table_open_sub(main, subtables[i].name, &table, err))
            return err->status;
        cal_status status = subtables[i].load(table, meta, err);
        cal_table_close(table, NULL);
        if (status)
            return status;
    }
    return check_dds(meta, err);
}

/* Is it a MeasurementSet? Says what it is instead, where that can be told. */
static cal_status check_main(const cal_table *main, cal_error *err)
{
    static const char *const column[] = {"TIME",         "ANTENNA1", "ANTENNA2",
                                         "DATA_DESC_ID", "FIELD_ID", "SCAN_NUMBER"};
    const char *path = cal_table_path(main), *kind = cal_table_info_type(main);
    jv keywords = cal_table_keywords(main, NULL);
    bool caltable = cal_json_has(keywords, "VisCal");
    jv_free(keywords);
    if (caltable || !strcmp(kind, "Calibration"))
        return cal_fail(err, CAL_INPUT, "%s is a calibration table (%s), not a MeasurementSet",
                        path, cal_table_info_subtype(main));
    for (size_t i = 0; i < CAL_COUNT(column); i++)
        if (!cal_table_has_column(main, column[i]))
            return cal_fail(err, CAL_INPUT,
                            "%s is a table but not a MeasurementSet: it has no column %s", path,
                            column[i]);
    return CAL_OK;
}

cal_status cal_meta_load(const char *path, cal_table **ms, cal_meta **meta, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_table *main;
    if (cal_table_open(path, false, &main, err))
        return err->status;
    cal_meta *loaded = CAL_NEW(cal_meta);
    loaded->path = cal_copy_text(path);
    loaded->name = cal_basename(path);
    if (check_main(main, err) || load_subtables(main, true, loaded, err)) {
        cal_table_close(main, NULL);
        cal_meta_free(loaded);
        return err->status;
    }
    if (ms)
        *ms = main;
    else
        cal_table_close(main, NULL);
    *meta = loaded;
    return CAL_OK;
}

cal_status cal_meta_load_from(const cal_table *table, cal_meta **meta, cal_error *err)
{
    cal_meta *loaded = CAL_NEW(cal_meta);
    loaded->path = cal_copy_text(cal_table_path(table));
    loaded->name = cal_basename(loaded->path);
    if (load_subtables(table, false, loaded, err)) {
        cal_meta_free(loaded);
        return err->status;
    }
    *meta = loaded;
    return CAL_OK;
}

#define FREE_ROWS(member, rows, count)                                                             \
    (cal_members_free_texts((member), CAL_COUNT(member), (rows), sizeof *(rows), (count)),         \
     free(rows))

void cal_meta_free(cal_meta *meta)
{
    if (!meta)
        return;
    for (int i = 0; i < meta->spws; i++) {
        free(meta->spw[i].freq);
        free(meta->spw[i].width);
        free(meta->spw[i].effective_bw);
        free(meta->spw[i].resolution);
    }
    for (int i = 0; i < meta->pols; i++) {
        free(meta->pol[i].type);
        free(meta->pol[i].product);
    }
    free(meta->pol);
    free(meta->dd);
    FREE_ROWS(antenna_members, meta->antenna, meta->antennas);
    FREE_ROWS(spw_members, meta->spw, meta->spws);
    cal_meta_free_fields(meta);
    FREE_ROWS(state_members, meta->state, meta->states);
    FREE_ROWS(observation_members, meta->observation, meta->observations);
    free(meta->path);
    free(meta->name);
    free(meta);
}
