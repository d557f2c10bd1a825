#include "selfcal/dataset.h"

#include "base/mem.h"
#include "ms/info_read.h"
#include "selfcal/names.h"
#include <math.h>
#include <string.h>

/* object[key], an array of `count` numbers at most; the rest stays. */
static void numbers_at(jv object, const char *key, double *value, int count)
{
    jv list = cal_json_list_at(object, key);
    jv_array_foreach(list, i, item)
    {
        if (i < count && jv_get_kind(item) == JV_KIND_NUMBER)
            value[i] = jv_number_value(item);
        jv_free(item);
    }
    jv_free(list);
}

static cal_status read_antenna(jv object, const char *where, void *element, cal_error *err)
{
    cal_plan_antenna *antenna = element;
    antenna->name = cal_copy_text(cal_json_text_at(object, "name", ""));
    antenna->diameter = cal_json_number_at(object, "diameter_m", 0);
    antenna->present = cal_json_bool_at(object, "present", true);
    antenna->flagged = cal_json_number_at(object, "flagged_fraction", NAN);
    numbers_at(object, "position_m", antenna->position, 3);
    numbers_at(object, "offset_enu_m", antenna->offset, 2);
    return cal_info_id(object, where, &antenna->id, err);
}

/* NaN for windows whose weights are not told. */
static void read_weights(jv object, cal_plan_field *field)
{
    jv list = cal_json_list_at(object, "weights");
    field->weight = CAL_NEW_ARRAY(double, field->spws.count);
    for (int i = 0; i < field->spws.count; i++)
        field->weight[i] = NAN;
    jv_array_foreach(list, k, item)
    {
        for (int i = 0; i < field->spws.count; i++)
            if (cal_json_number_at(item, "spw", -1) == field->spws.id[i])
                field->weight[i] = cal_json_number_at(item, "sum", NAN);
        jv_free(item);
    }
    jv_free(list);
}

static bool has_word(const cal_words *words, const char *word)
{
    for (int i = 0; i < words->count; i++)
        if (!strcmp(words->item[i], word))
            return true;
    return false;
}

static cal_status read_field(jv object, const char *where, void *element, cal_error *err)
{
    cal_plan_field *field = element;
    cal_words intents = {0};
    field->name = cal_copy_text(cal_json_text_at(object, "name", ""));
    field->rows = (int64_t)cal_json_number_at(object, "rows", 1);
    field->flagged = cal_json_number_at(object, "flagged_fraction", NAN);
    jv direction = cal_json_at(object, "direction");
    field->direction[0] = cal_json_number_at(direction, "ra_rad", NAN);
    field->direction[1] = cal_json_number_at(direction, "dec_rad", NAN);
    jv_free(direction);
    if (!cal_info_id(object, where, &field->id, err) &&
        !cal_info_ids(object, "spws", where, &field->spws, err) &&
        !cal_info_ids(object, "scans", where, &field->scans, err))
        cal_info_words(object, "intents", where, &intents, err);
    read_weights(object, field);
    field->target = has_word(&intents, "TARGET");
    field->phase = has_word(&intents, "PHASE");
    field->intents = intents.count;
    cal_words_free(&intents);
    return err->status;
}

/* BBC_NO, or from the name: ALMA_RB_06#BB_1#SW-01#FULL_RES, EVLA_S#A1C1#2. */
static int baseband_of(jv object, const char *name)
{
    double number = cal_json_number_at(object, "baseband", 0);
    const char *alma = strstr(name, "#BB_"), *hash = strchr(name, '#');
    if (number > 0)
        return (int)number;
    if (alma)
        return atoi(alma + 4);
    int code = 0;
    for (const char *at = hash; hash && !strncmp(name, "EVLA_", 5) && *++at && *at != '#';)
        code = (code * 31 + *at) % 1000000;
    return code;
}

static cal_status read_spw(jv object, const char *where, void *element, cal_error *err)
{
    cal_plan_spw *spw = element;
    double width = 0;
    spw->name = cal_copy_text(cal_json_text_at(object, "name", ""));
    spw->band = cal_copy_text(cal_json_text_at(object, "band", "unknown"));
    spw->frame = cal_copy_text(cal_json_text_at(object, "frame", "TOPO"));
    spw->channels = (int)cal_json_number_at(object, "nchan", 0);
    spw->bandwidth = fabs(cal_json_number_at(object, "total_bandwidth_hz", 0));
    spw->low = cal_json_number_at(object, "low_freq_hz", 0);
    spw->high = cal_json_number_at(object, "high_freq_hz", 0);
    spw->science = cal_json_bool_at(object, "science", true);
    spw->baseband = baseband_of(object, spw->name);
    if (cal_info_id(object, where, &spw->id, err))
        return err->status;
    if (spw->channels < 1 || spw->channels > 1 << 24)
        return cal_fail(err, CAL_INPUT, "%s.nchan is no number of channels", where);
    spw->freq = CAL_NEW_ARRAY(double, spw->channels);
    numbers_at(object, "freq_hz", spw->freq, spw->channels);
    numbers_at(object, "width_hz", &width, 1);
    spw->width = fabs(width);
    if (!(spw->freq[0] > 0 && spw->width > 0))
        return cal_fail(err, CAL_INPUT, "%s has no freq_hz or width_hz", where);
    return CAL_OK;
}

/* Integrations that are farther apart have gaps between them. */
static const double longest_spacing = 2; /* intervals */

/* Of a scan, or of a window in it. Some sets (raw ones of the early EVLA) record so short an INTERVAL that there is hardly any
 * time in it: then it is the spacing of the integrations that counts. */
static double interval_of(jv object, double otherwise)
{
    double interval = cal_json_number_at(object, "interval_s", otherwise);
    double span = cal_json_number_at(object, "end_mjd_s", NAN) -
                  cal_json_number_at(object, "begin_mjd_s", NAN) - interval;
    double spacing = span / (cal_json_number_at(object, "integrations", 1) - 1);
    return isfinite(spacing) && interval > 0 && spacing > longest_spacing * interval ? spacing
                                                                                     : interval;
}

static cal_status read_scan(jv object, const char *where, void *element, cal_error *err)
{
    cal_plan_scan *scan = element;
    scan->begin = cal_json_number_at(object, "begin_mjd_s", NAN);
    scan->end = cal_json_number_at(object, "end_mjd_s", NAN);
    scan->interval = interval_of(object, NAN);
    if (cal_info_ids(object, "fields", where, &scan->fields, err) ||
        cal_info_ids(object, "spws", where, &scan->spws, err) ||
        cal_info_ids(object, "antennas", where, &scan->antennas, err))
        return err->status;
    scan->spw_interval = CAL_NEW_ARRAY(double, scan->spws.count);
    scan->spw_rows = CAL_NEW_ARRAY(double, scan->spws.count);
    jv spws = cal_json_at(object, "spws");
    for (int i = 0; i < scan->spws.count; i++) {
        jv spw = jv_array_get(jv_copy(spws), i);
        scan->spw_interval[i] = interval_of(spw, scan->interval);
        scan->spw_rows[i] = cal_json_number_at(spw, "rows", 0);
        jv_free(spw);
    }
    jv_free(spws);
    if (!(scan->end > scan->begin && scan->interval > 0))
        return cal_fail(err, CAL_INPUT, "%s has no times; was it ms-info that printed it?", where);
    return CAL_OK;
}

/* ---- correlations ---- */

static void take_correlations(cal_dataset *set, jv description)
{
    int spw = (int)cal_json_number_at(description, "spw", -1);
    cal_words words = {0};
    cal_error ignored;
    cal_info_words(description, "correlations", "", &words, &ignored);
    int pols = 0;
    for (int i = 0; i < words.count; i++)
        pols += words.item[i][0] == words.item[i][1] || !words.item[i][1];
    for (int i = 0; i < set->spws; i++)
        if (set->spw[i].id == spw) {
            set->spw[i].correlations = words.count;
            set->spw[i].pols = pols > 1 ? 2 : 1;
        }
    cal_words_free(&words);
}

/* ---- the whole ---- */

/* The prototype's classes: an ALMA set of nothing but seven-metre dishes is the compact array. */
static char *telescope_of(jv info, const cal_dataset *set)
{
    jv first = cal_json_item_at(info, "observations", 0);
    const char *name = cal_json_text_at(first, "telescope", "");
    double dish = INFINITY;
    for (int i = 0; i < set->antennas; i++)
        if (set->antenna[i].present)
            dish = fmin(dish, set->antenna[i].diameter);
    char *telescope = cal_copy_text(strstr(name, "VLBA")                 ? "VLBA"
                                    : strstr(name, "VLA")                ? "EVLA"
                                    : !strcmp(name, "ACA")               ? "ACA"
                                    : !strcmp(name, "ALMA") && dish == 7 ? "ACA"
                                                                         : name);
    jv_free(first);
    return telescope;
}

static cal_status check_document(jv info, cal_error *err)
{
    const char *schema = cal_json_text_at(info, "schema", "");
    if (jv_get_kind(info) != JV_KIND_OBJECT || strcmp(schema, "calutils/ms-info/1"))
        return cal_fail(err, CAL_INPUT, "a document of ms-info is wanted%s%s",
                        *schema ? ", and this is " : "", schema);
    return CAL_OK;
}

static const char *usual_column(jv info)
{
    jv columns = cal_json_at(info, "columns");
    const char *column = "auto";
    if (jv_get_kind(columns) == JV_KIND_ARRAY) {
        column = "data";
        jv_array_foreach(columns, i, each)
        {
            if (!strcmp(cal_json_text_at(each, "name", ""), "CORRECTED_DATA"))
                column = "corrected";
            jv_free(each);
        }
    }
    jv_free(columns);
    return column;
}

#define READ_LIST(key, reader, list, count)                                                        \
    cal_info_list(info, key, reader, sizeof *set->list, (void **)&set->list, &set->count, err)

/* A set without any intents, as from UVFITS, is of the field that it has, where that is one. */
static void take_only_field(cal_dataset *set)
{
    int with_rows = 0, intents = 0, only = -1;
    for (int i = 0; i < set->fields; i++) {
        with_rows += set->field[i].rows > 0;
        intents += set->field[i].intents;
        only = set->field[i].rows > 0 ? i : only;
    }
    if (with_rows == 1 && !intents)
        set->field[only].target = true;
}

cal_status cal_dataset_read(jv info, const char *name, cal_dataset *set, cal_error *err)
{
    *set = (cal_dataset){0};
    err->status = CAL_OK;
    if (check_document(info, err) || READ_LIST("antennas", read_antenna, antenna, antennas) ||
        READ_LIST("fields", read_field, field, fields) || READ_LIST("spws", read_spw, spw, spws) ||
        READ_LIST("scans", read_scan, scan, scans)) {
        cal_dataset_free(set);
        return cal_prefix(err, "%s", name);
    }
    set->path = cal_copy_text(cal_json_text_at(info, "path", name));
    set->root = cal_selfcal_root(set->path);
    set->size = cal_json_number_at(info, "size_bytes", 0);
    set->telescope = telescope_of(info, set);
    set->column = usual_column(info);
    jv descriptions = cal_json_list_at(info, "data_descs");
    jv_array_foreach(descriptions, i, description)
    {
        take_correlations(set, description);
        jv_free(description);
    }
    jv_free(descriptions);
    take_only_field(set);
    for (int i = 0; i < set->fields; i++)
        set->has_intents |= set->field[i].target;
    return CAL_OK;
}

void cal_dataset_free(cal_dataset *set)
{
    for (int i = 0; i < set->antennas; i++)
        free(set->antenna[i].name);
    for (int i = 0; i < set->fields; i++) {
        free(set->field[i].name);
        free(set->field[i].spws.id);
        free(set->field[i].weight);
        free(set->field[i].scans.id);
    }
    for (int i = 0; i < set->spws; i++) {
        free(set->spw[i].name);
        free(set->spw[i].band);
        free(set->spw[i].frame);
        free(set->spw[i].freq);
    }
    for (int i = 0; i < set->scans; i++) {
        free(set->scan[i].fields.id);
        free(set->scan[i].spws.id);
        free(set->scan[i].antennas.id);
        free(set->scan[i].spw_interval);
        free(set->scan[i].spw_rows);
    }
    free(set->antenna);
    free(set->field);
    free(set->spw);
    free(set->scan);
    free(set->path);
    free(set->root);
    free(set->telescope);
    *set = (cal_dataset){0};
}

const cal_plan_field *cal_dataset_field(const cal_dataset *set, int id)
{
    for (int i = 0; i < set->fields; i++)
        if (set->field[i].id == id)
            return &set->field[i];
    return NULL;
}

const cal_plan_spw *cal_dataset_spw(const cal_dataset *set, int id)
{
    for (int i = 0; i < set->spws; i++)
        if (set->spw[i].id == id)
            return &set->spw[i];
    return NULL;
}
