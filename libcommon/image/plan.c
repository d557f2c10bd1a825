#include "image/plan.h"
#include "base/mem.h"
#include "base/number.h"
#include "ms/block.h"
#include <math.h>
#include <string.h>

/* What one set adds. */
typedef struct survey {
    const cal_meta *meta;
    const cal_selection *selection;
    uint8_t *field_on, *dd_on, *antenna_on;
    double longest;
    int64_t rows;
} survey;

static double highest_freq(const cal_spw *spw)
{
    double most = 0;
    for (int c = 0; c < spw->nchan; c++)
        most = fmax(most, spw->freq[c]);
    return most;
}

/* Rows of antennas and windows that are not there would be somebody else's error; they are passed over. */
static bool survey_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    survey *s = user;
    int last_dd = -1;
    double scale = 0;
    for (int64_t i = 0; i < rows->count; i++) {
        int a = rows->antenna1[i], b = rows->antenna2[i], dd = rows->dd[i], field = rows->field[i];
        bool known = dd >= 0 && dd < s->meta->dds && field >= 0 && field < s->meta->fields &&
                     a >= 0 && b >= 0 && a < s->meta->antennas && b < s->meta->antennas;
        if (!keep[i] || rows->flag_row[i] || a == b || !known)
            continue;
        if (dd != last_dd)
            scale = highest_freq(&s->meta->spw[s->meta->dd[dd].spw]) / CAL_LIGHT_SPEED;
        last_dd = dd;
        s->longest = fmax(s->longest, scale * hypot(rows->uvw[3 * i], rows->uvw[3 * i + 1]));
        s->field_on[field] = s->dd_on[dd] = s->antenna_on[a] = s->antenna_on[b] = 1;
        s->rows++;
    }
    return true;
}

/* ---- from one set to the plan ---- */

static cal_status check_channels(const cal_selection *selection, cal_error *err)
{
    int count;
    const cal_spw_choice *spw = cal_selection_spws(selection, &count);
    for (int i = 0; i < count; i++)
        if (!spw[i].whole)
            return cal_fail(err, CAL_USAGE,
                            "channels within a spectral window (spw %d) cannot be chosen for "
                            "imaging; split them off "
                            "first (ms-split --spw)",
                            spw[i].spw);
    return CAL_OK;
}

/* "0 3C286, 2 J1008+0730" of the fields with rows. */
static cal_status fail_centres(const survey *s, int other, int first, cal_error *err)
{
    cal_buf list = {0};
    for (int f = 0; f < s->meta->fields; f++)
        if (s->field_on[f])
            cal_buf_addf(&list, "%s%d %s", list.len ? ", " : "", f, s->meta->field[f].name);
    cal_fail(err, CAL_USAGE,
             "%s: fields %d and %d have different phase centres and cannot be imaged together: "
             "choose with --field "
             "among %s",
             s->meta->path, first, other, cal_buf_text(&list));
    cal_buf_free(&list);
    return CAL_USAGE;
}

/* Half a milliarcsecond apart is the same place. */
static bool same_place(const double a[2], const double b[2])
{
    double dec = a[1] - b[1], ra = remainder(a[0] - b[0], 2 * CAL_PI) * cos(a[1]);
    return hypot(dec, ra) < 0.0005 / 3600 / 180 * CAL_PI;
}

static bool has_id(const int *list, int count, int id)
{
    for (int i = 0; i < count; i++)
        if (list[i] == id)
            return true;
    return false;
}

/* The ids of this set behind those that are there. */
static void join_fields(const int *field, int count, cal_image_plan *plan, bool first_set)
{
    bool same = count == plan->fields && !memcmp(field, plan->field, (size_t)count * sizeof *field);
    plan->ids_differ = plan->ids_differ || (!first_set && !same);
    plan->field = cal_grow(plan->field, (size_t)(plan->fields + count), sizeof *plan->field);
    for (int i = 0; i < count; i++)
        if (!has_id(plan->field, plan->fields, field[i]))
            plan->field[plan->fields++] = field[i];
}

static cal_status take_fields(const survey *s, cal_image_plan *plan, bool first_set, cal_error *err)
{
    int count = 0, *field = CAL_NEW_ARRAY(int, s->meta->fields);
    for (int f = 0; f < s->meta->fields; f++) {
        if (!s->field_on[f])
            continue;
        if (first_set && !count) {
            memcpy(plan->centre, s->meta->field[f].phase_dir, sizeof plan->centre);
            plan->field_name = cal_copy_text(s->meta->field[f].name);
        }
        field[count++] = f;
    }
    cal_status status = CAL_OK;
    for (int i = 0; !status && i < count; i++)
        if (!same_place(s->meta->field[field[i]].phase_dir, plan->centre))
            status =
                count > 1
                    ? fail_centres(s, field[i], field[0], err)
                    : cal_fail(err, CAL_INPUT,
                               "%s: field %d %s has another phase centre than the set before it",
                               s->meta->path, field[i], s->meta->field[field[i]].name);
    if (!status)
        join_fields(field, count, plan, first_set);
    free(field);
    return status;
}

static void take_spws(const survey *s, cal_image_plan *plan, bool first_set)
{
    int count = 0, *spw = CAL_NEW_ARRAY(int, s->meta->dds);
    for (int w = 0; w < s->meta->spws; w++) {
        bool on = false;
        for (int d = 0; d < s->meta->dds; d++)
            on = on || (s->dd_on[d] && s->meta->dd[d].spw == w);
        if (!on)
            continue;
        plan->one_shape =
            plan->one_shape && s->meta->spw[w].nchan == s->meta->spw[s->meta->dd[0].spw].nchan;
        spw[count++] = w;
        for (int c = 0; c < s->meta->spw[w].nchan; c++) {
            double freq = s->meta->spw[w].freq[c];
            plan->freq[0] = plan->freq[0] > 0 ? fmin(plan->freq[0], freq) : freq;
            plan->freq[1] = fmax(plan->freq[1], freq);
        }
    }
    bool same = count == plan->spws && !memcmp(spw, plan->spw, (size_t)count * sizeof *spw);
    plan->all_spws = !cal_selection_has(s->selection, "spw");
    plan->ids_differ = plan->ids_differ || (!first_set && !same && !plan->all_spws);
    if (first_set) {
        plan->spw = spw;
        plan->spws = count;
    } else {
        free(spw);
    }
}

/* The correlation of these windows when they have one, and the same one as those before. */
static const char *only_correlation(const survey *s, const char *before, bool first_set)
{
    const char *only = first_set ? NULL : before;
    bool any = !first_set;
    for (int d = 0; d < s->meta->dds; d++) {
        if (!s->dd_on[d])
            continue;
        const cal_polarization *pol = &s->meta->pol[s->meta->dd[d].pol];
        const char *name = pol->ncorr == 1 ? cal_corr_name(pol->type[0]) : NULL;
        if (!name || (any && (!only || strcmp(only, name) != 0)))
            return NULL;
        only = name;
        any = true;
    }
    return only;
}

static unsigned bit_of(const char *stokes)
{
    int code = cal_corr_code(stokes);
    return code > 0 && code < 32 ? 1u << code : 0;
}

bool cal_image_plan_gives(const cal_image_plan *plan, const char *stokes)
{
    return (plan->stokes & bit_of(stokes)) != 0;
}

/* What correlations give: themselves, and Stokes parameters of which both are there. */
static unsigned stokes_of(const cal_polarization *pol)
{
    static const struct {
        const char *stokes, *first, *second;
    } rule[] = {{"I", "XX", "YY"}, {"Q", "XX", "YY"}, {"U", "XY", "YX"}, {"V", "XY", "YX"},
                {"I", "RR", "LL"}, {"V", "RR", "LL"}, {"Q", "RL", "LR"}, {"U", "RL", "LR"}};
    unsigned known = 0;
    for (int i = 0; i < pol->ncorr; i++)
        known |= bit_of(cal_corr_name(pol->type[i]));
    for (size_t i = 0; i < CAL_COUNT(rule); i++) {
        unsigned both = bit_of(rule[i].first) | bit_of(rule[i].second);
        known |= (known & both) == both ? bit_of(rule[i].stokes) : 0;
    }
    return known;
}

static cal_status take(const survey *s, cal_image_plan *plan, bool first_set, cal_error *err)
{
    if (!s->rows)
        return cal_fail(err, CAL_DATA, "%s: no unflagged row matches the selection", s->meta->path);
    cal_status status = take_fields(s, plan, first_set, err);
    take_spws(s, plan, first_set);
    for (int a = 0; a < s->meta->antennas; a++) {
        double dish = s->meta->antenna[a].diameter;
        if (s->antenna_on[a] && dish > 0)
            plan->dish = plan->dish > 0 ? fmin(plan->dish, dish) : dish;
    }
    for (int d = 0; d < s->meta->dds; d++)
        if (s->dd_on[d])
            plan->stokes &= stokes_of(&s->meta->pol[s->meta->dd[d].pol]);
    plan->only_corr = only_correlation(s, plan->only_corr, first_set);
    plan->longest = fmax(plan->longest, s->longest);
    plan->rows += s->rows;
    return status;
}

static cal_status take_uv_bounds(const cal_selection *selection, cal_image_plan *plan,
                                 cal_error *err)
{
    plan->uv_low = 0;
    plan->uv_high = INFINITY;
    if (!cal_selection_has(selection, "uvrange") ||
        cal_selection_uv_bounds(selection, &plan->uv_low, &plan->uv_high, &plan->uv_wavelengths))
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "imaging takes one uvrange, not several: \">30m\", \"1~20klambda\"");
}

/* Does the selection have only fields with the plan's phase centre? */
static bool is_at_centre(const cal_selection *selection, const cal_meta *meta,
                         const cal_image_plan *plan)
{
    int count;
    const int *field = cal_selection_fields(selection, &count);
    for (int i = 0; i < count; i++)
        if (!same_place(meta->field[field[i]].phase_dir, plan->centre))
            return false;
    return true;
}

/* "0,3": fields with the plan's phase centre; NULL for none. */
static char *fields_at_centre(const cal_meta *meta, const cal_image_plan *plan)
{
    cal_buf list = {0};
    for (int f = 0; f < meta->fields; f++)
        if (same_place(meta->field[f].phase_dir, plan->centre))
            cal_buf_addf(&list, "%s%d", list.len ? "," : "", f);
    return cal_buf_steal(&list);
}

/* As it is written or, where that is no field of this set or another place than in the set before, by place. */
static cal_status select_rows(const cal_select_text *text, cal_table *ms, const cal_meta *meta,
                              cal_image_plan *plan, bool first_set, cal_selection **selection,
                              cal_error *err)
{
    cal_select_text own = *text;
    char **field = &plan->field_text[plan->sets++];
    cal_status status = cal_select_resolve(text, ms, meta, selection, err);
    *field = cal_copy_text(text->field);
    if (first_set || !text->field || (!status && is_at_centre(*selection, meta, plan)))
        return status;
    char *by_place = fields_at_centre(meta, plan);
    if (!by_place)
        return status;
    cal_selection_free(*selection);
    free(*field);
    own.field = *field = by_place;
    return cal_select_resolve(&own, ms, meta, selection, err);
}

static void take_columns(const cal_table *ms, const char *path, cal_image_plan *plan)
{
    const char **corrected = cal_table_has_column(ms, "CORRECTED_DATA") ? &plan->with_corrected
                                                                        : &plan->without_corrected;
    if (!*corrected)
        *corrected = path;
    if (!plan->without_model && !cal_table_has_column(ms, "MODEL_DATA"))
        plan->without_model = path;
}

static cal_status look_at_set(const char *path, const cal_select_text *text, cal_image_plan *plan,
                              bool first_set, cal_error *err)
{
    cal_table *ms = NULL;
    cal_meta *meta = NULL;
    cal_selection *selection = NULL;
    survey s = {0};
    cal_status status = cal_meta_load(path, &ms, &meta, err);
    if (status)
        return status;
    status = select_rows(text, ms, meta, plan, first_set, &selection, err);
    if (!status && !(status = check_channels(selection, err)) &&
        !(status = take_uv_bounds(selection, plan, err))) {
        s = (survey){.meta = meta,
                     .selection = selection,
                     .field_on = CAL_NEW_ARRAY(uint8_t, meta->fields),
                     .dd_on = CAL_NEW_ARRAY(uint8_t, meta->dds),
                     .antenna_on = CAL_NEW_ARRAY(uint8_t, meta->antennas)};
        status = cal_rows_pass(ms, selection, CAL_SKIP_ALL & ~(CAL_SKIP_UVW | CAL_SKIP_FLAG_ROW),
                               survey_rows, &s, NULL, err);
        if (!status)
            status = take(&s, plan, first_set, err);
    }
    take_columns(ms, path, plan);
    free(s.field_on);
    free(s.dd_on);
    free(s.antenna_on);
    cal_selection_free(selection);
    cal_meta_free(meta);
    cal_table_close(ms, NULL);
    return status;
}

cal_status cal_image_plan_make(char *const *path, int count, const cal_select_text *text,
                               cal_image_plan *plan, cal_error *err)
{
    *plan = (cal_image_plan){
        .one_shape = true, .stokes = ~0u, .field_text = CAL_NEW_ARRAY(char *, count)};
    cal_status status = CAL_OK;
    for (int i = 0; !status && i < count; i++)
        status = look_at_set(path[i], text, plan, i == 0, err);
    if (!status && !(plan->longest > 0))
        status =
            cal_fail(err, CAL_DATA, "%s: all baselines have length 0: UVW is not filled", path[0]);
    if (status)
        cal_image_plan_clear(plan);
    return status;
}

void cal_image_plan_clear(cal_image_plan *plan)
{
    free(plan->field);
    free(plan->spw);
    free(plan->field_name);
    for (int i = 0; i < plan->sets; i++)
        free(plan->field_text[i]);
    free(plan->field_text);
    *plan = (cal_image_plan){0};
}

/* ---- what follows from it ---- */

double cal_image_plan_cell(const cal_image_plan *plan)
{
    double arcsec = CAL_PI / 180 / 3600, cell = 1 / plan->longest / 5 / arcsec;
    double digit = pow(10, floor(log10(cell)) - 1);
    return floor(cell / digit + 1e-9) * digit * arcsec;
}

int cal_image_nice_size(double pixels)
{
    static const int factor[] = {2, 3, 5, 7};
    int size = 2 * (int)ceil(fmax(pixels, 2) / 2);
    for (;; size += 2) {
        int rest = size;
        for (size_t i = 0; i < CAL_COUNT(factor); i++)
            while (rest % factor[i] == 0)
                rest /= factor[i];
        if (rest == 1)
            return size;
    }
}

int cal_image_plan_size(const cal_image_plan *plan, double cell, int most, bool *bounded)
{
    *bounded = true;
    if (!(plan->dish > 0))
        return most;
    double fwhm = 1.13 * CAL_LIGHT_SPEED / plan->freq[0] / plan->dish;
    double pixels = fwhm / cell;
    *bounded = pixels > most;
    return *bounded ? most : cal_image_nice_size(fmax(pixels, 128));
}
