#include "selfcal/expect.h"

#include "base/mem.h"
#include "selfcal/estimate.h"
#include "selfcal/thresholds.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double *block_times(const cal_work *work, int blocks)
{
    double *time = CAL_NEW_ARRAY(double, blocks);
    for (int i = 0; i < blocks; i++) {
        jv block = cal_work_block(work, i);
        time[i] = cal_json_number_at(block, "TOS", 0);
        jv_free(block);
    }
    return time;
}

static cal_rung rung_of(jv solint)
{
    cal_rung rung = {0};
    const char *interval = cal_json_text_at(solint, "solint_interval", "inf");
    snprintf(rung.solint, sizeof rung.solint, "%s", cal_json_text_at(solint, "solint", ""));
    if (strncmp(rung.solint, "inf_EB", 6) || strcmp(interval, "inf"))
        rung.seconds = cal_json_number_at(solint, "seconds", 0);
    return rung;
}

/* The S/N of each window or baseband; `key` and `bandwidth` say of what. */
typedef struct part {
    double id, bandwidth;
} part;

static int parts_of(const cal_work *work, const char *key, part *list)
{
    jv spws = cal_json_at(work->target, "spws");
    int count = 0;
    jv_array_foreach(spws, i, spw)
    {
        double id = cal_json_number_at(spw, key, 0);
        double bandwidth = cal_json_number_at(spw, "effective_bandwidth_hz", 0);
        int at = 0;
        while (at < count && list[at].id != id)
            at++;
        if (bandwidth > 0 && at == count)
            list[count++] = (part){id, 0};
        if (bandwidth > 0)
            list[at].bandwidth += bandwidth;
        jv_free(spw);
    }
    jv_free(spws);
    return count;
}

static jv parts_json(const cal_work *work, const cal_estimate *facts, const cal_rung *rung,
                     const char *key)
{
    jv spws = cal_json_at(work->target, "spws"), list = jv_array();
    part *parts = CAL_NEW_ARRAY(part, jv_array_length(jv_copy(spws)));
    int count = parts_of(work, key, parts);
    double total = cal_json_number_at(work->target, "total_effective_bandwidth_hz", NAN);
    bool two = strncmp(cal_json_text_at(work->target, "pol_type", ""), "single", 6) &&
               !strncmp(rung->solint, "inf_EB", 6);
    for (int i = 0; i < count; i++)
        cal_json_push(&list, JV_OBJECT(jv_string(key), jv_number(parts[i].id), jv_string("snr"),
                                       cal_json_double(cal_estimate_part(
                                           facts, rung, parts[i].bandwidth, total, two))));
    free(parts);
    jv_free(spws);
    return list;
}

/* Applies `change` to each interval that was not tried yet. */
typedef void change_solint(const cal_work *work, jv *solint, int index, const void *user);

static void change_all(cal_work *work, change_solint *change, const void *user)
{
    jv list = cal_json_at(work->target, "solints");
    int count = jv_array_length(jv_copy(list));
    for (int i = 0; i < count; i++) {
        jv solint = jv_array_get(jv_copy(list), i);
        if (cal_json_has(solint, "SNR_post"))
            jv_free(solint);
        else {
            change(work, &solint, i, user);
            list = jv_array_set(list, i, solint);
        }
    }
    cal_json_set(&work->target, "solints", list);
}

static bool combines_fields(jv solint)
{
    jv mode = jv_array_get(cal_json_at(solint, "modes"), 0);
    bool combines = strstr(cal_json_text_at(mode, "gaincal_combine", ""), "field");
    jv_free(mode);
    return combines;
}

/* The image of a mosaic's sub-field was made in a part of the time that the estimate counts. A solution for that field alone so sees more than the
 * image's S/N says; one for all fields sees what they have together. */
static double mosaic_factor(const cal_work *work, jv solint)
{
    jv stand = cal_json_at(work->target, "state"), images = cal_json_at(stand, "images"),
       fields = cal_json_at(images, "fields");
    int count = jv_get_kind(fields) == JV_KIND_ARRAY ? jv_array_length(jv_copy(fields)) : 0;
    double best = 0, sum = 0;
    for (int f = 0; f < count; f++) {
        jv field = jv_array_get(jv_copy(fields), f);
        double snr = fmax(cal_json_number_at(field, "SNR", 0), 0);
        best = fmax(best, snr);
        sum += snr * snr;
        jv_free(field);
    }
    jv_free(fields);
    jv_free(images);
    jv_free(stand);
    if (count < 2 || !(best > 0))
        return 1;
    return combines_fields(solint) ? sqrt(sum) / best : sqrt(count);
}

void cal_expect_solint(const cal_work *work, jv *solint, double snr)
{
    int blocks = cal_work_blocks(work);
    double *time = block_times(work, blocks);
    const cal_estimate facts = {
        .snr = snr * mosaic_factor(work, *solint),
        .antennas = (int)cal_json_number_at(work->target, "n_ants", 0),
        .block = time,
        .blocks = blocks,
        .scan = cal_json_number_at(work->target, "Median_scan_time", NAN),
        .fields_per_scan = cal_json_number_at(work->target, "Median_fields_per_scan", 1),
        .integration = cal_json_number_at(work->target, "integration_time", NAN),
    };
    cal_rung rung = rung_of(*solint);
    double expected = cal_estimate_snr(&facts, &rung);
    cal_json_set(solint, "solint_snr", cal_json_double(expected));
    cal_json_set(solint, "worth_trying", jv_bool(expected >= work->settings->minsnr_to_proceed));
    cal_json_set(solint, "solint_snr_per_spw", parts_json(work, &facts, &rung, "spw"));
    cal_json_set(solint, "solint_snr_per_bb", parts_json(work, &facts, &rung, "baseband"));
    free(time);
}

static void expect_one(const cal_work *work, jv *solint, int index, const void *snr)
{
    (void)index;
    cal_expect_solint(work, solint, *(const double *)snr);
}

void cal_expect_snr(cal_work *work, double snr)
{
    change_all(work, expect_one, &snr);
}

typedef struct depths {
    double nsigma[CAL_LADDER_MOST], rms;
} depths;

static void deepen_one(const cal_work *work, jv *solint, int index, const void *user)
{
    (void)work;
    const depths *to = user;
    cal_json_set(solint, "nsigma", cal_json_double(to->nsigma[index]));
    cal_json_set(solint, "threshold_jy", cal_json_double(to->nsigma[index] * to->rms));
}

static int count_solints(const cal_work *work, int *phases)
{
    jv list = cal_json_at(work->target, "solints");
    int count = 0;
    *phases = 0;
    jv_array_foreach(list, i, solint)
    {
        *phases += strcmp(cal_json_text_at(solint, "solmode", "p"), "ap") != 0;
        count++;
        jv_free(solint);
    }
    jv_free(list);
    return count;
}

void cal_expect_depths(cal_work *work, double first_snr, double rms)
{
    int phases, count = count_solints(work, &phases);
    depths to = {.rms = rms};
    double divider = work->settings->dividing_factor;
    if (divider <= 0)
        divider = cal_clean_divider(cal_json_number_at(work->target, "meanfreq", NAN));
    cal_clean_depths(first_snr, divider, !strcmp(work->settings->rel_thresh_scaling, "linear"),
                     phases, count < CAL_LADDER_MOST ? count : CAL_LADDER_MOST, to.nsigma);
    for (int i = 0; i < count && work->settings->clean_depth > 0; i++)
        to.nsigma[i] = work->settings->clean_depth;
    change_all(work, deepen_one, &to);
}
