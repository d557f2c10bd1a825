/* The plan's solution intervals: the ladder, or the one that is given, with what is expected of each. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/plan_parts.h"
#include "selfcal/thresholds.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the ladder ---- */

static bool has_calibrator(const cal_plan_part *part)
{
    for (int b = 0; b < part->target->blocks; b++) {
        const cal_dataset *set = &part->set[part->target->block[b].set];
        for (int i = 0; i < set->fields; i++)
            if (set->field[i].phase && set->field[i].rows > 0)
                return true;
    }
    return false;
}

static void ladder_facts(const cal_plan_part *part, double *scan, cal_ladder_facts *facts)
{
    const cal_clean_target *target = part->target;
    double *span = CAL_NEW_ARRAY(double, target->blocks);
    double *step = CAL_NEW_ARRAY(double, target->blocks);
    int count = 0, steps = 0, most = 0;
    for (int b = 0; b < target->blocks; b++) {
        const cal_target_block *block = &target->block[b];
        for (int i = 0; i < block->scans; i++)
            scan[count++] = block->duration[i] / block->fields[i];
        span[b] = block->span;
        if (!isnan(block->step))
            step[steps++] = block->step;
        most = block->scans > most ? block->scans : most;
    }
    *facts = (cal_ladder_facts){
        .scan = scan,
        .scans = count,
        .scans_per_block = most,
        .integration = part->facts.integration,
        .block = cal_median(span, target->blocks),
        .step = cal_median(step, steps),
        .mosaic = target->mosaic,
        .calibrator_scans = has_calibrator(part),
        .one_group =
            !strcmp(target->telescope, "EVLA") && !part->request->settings.guess_scan_combine,
    };
    free(span);
    free(step);
}

cal_status cal_plan_climb(cal_plan_part *part, cal_error *err)
{
    const cal_selfcal_settings *settings = &part->request->settings;
    const cal_ladder_wish wish = {
        .rungs = settings->n_solints > 0                    ? (int)settings->n_solints
                 : !strcmp(part->target->telescope, "VLBA") ? 6
                                                            : 4,
        .longest = settings->max_solint,
        .amplitude = settings->do_amp_selfcal,
        .short_amps = settings->shorter_amp_solints,
        .delay = settings->do_delay_cal,
        .is_calibrator = settings->iscalibrator,
    };
    int scans = 0;
    for (int b = 0; b < part->target->blocks; b++)
        scans += part->target->block[b].scans;
    double *scan = CAL_NEW_ARRAY(double, scans);
    cal_ladder_facts facts;
    ladder_facts(part, scan, &facts);
    cal_status status = CAL_OK;
    if (*settings->solints)
        status = cal_ladder_parse(settings->solints, &facts, &wish, &part->ladder, err);
    else
        cal_ladder_make(&facts, &wish, &part->ladder);
    for (int i = 0; i < part->ladder.rungs; i++)
        part->ladder.rung[i].combine_fields |= settings->combine_fields;
    free(scan);
    return status;
}

/* ---- expected S/N ---- */

static double snr_of_spw(const cal_plan_part *part, const cal_rung *rung, double bandwidth)
{
    bool two_pols = !part->one_pol && !strncmp(rung->solint, "inf_EB", 6);
    return cal_estimate_part(&part->facts, rung, bandwidth, part->total, two_pols);
}

static int baseband_of(const cal_plan_part *part, int index)
{
    const cal_virtual_spw *spw = part->target->spw[index];
    for (int b = 0; b < part->target->blocks; b++) {
        int set = part->target->block[b].set;
        const cal_plan_spw *own = cal_dataset_spw(&part->set[set], spw->id[set]);
        if (own)
            return own->baseband;
    }
    return 0;
}

/* Windows with data in baseband `number` from `index` on; their bandwidth. */
static int windows_in(const cal_plan_part *part, int number, double *bandwidth)
{
    int count = 0;
    *bandwidth = 0;
    for (int i = 0; i < part->target->spws; i++)
        if (part->effective[i] > 0 && baseband_of(part, i) == number) {
            *bandwidth += part->effective[i];
            count++;
        }
    return count;
}

static bool first_of_baseband(const cal_plan_part *part, int index)
{
    for (int i = 0; i < index; i++)
        if (part->effective[i] > 0 && baseband_of(part, i) == baseband_of(part, index))
            return false;
    return part->effective[index] > 0;
}

static jv parts_json(const cal_plan_part *part, const cal_rung *rung, bool basebands)
{
    jv list = jv_array();
    for (int i = 0; i < part->target->spws; i++) {
        double bandwidth = part->effective[i];
        if (basebands ? !first_of_baseband(part, i) : bandwidth <= 0)
            continue;
        if (basebands)
            windows_in(part, baseband_of(part, i), &bandwidth);
        jv entry =
            JV_OBJECT(jv_string(basebands ? "baseband" : "spw"),
                      jv_number(basebands ? baseband_of(part, i) : part->target->spw[i]->number),
                      jv_string("snr"), cal_json_double(snr_of_spw(part, rung, bandwidth)));
        cal_json_push(&list, entry);
    }
    return list;
}

static cal_mode_facts mode_facts(const cal_plan_part *part, const cal_rung *rung)
{
    cal_mode_facts facts = {
        .mosaic = part->target->mosaic,
        .one_pol = part->one_pol,
        .spectral_scan = part->spectral_scan,
        .vlba = !strcmp(part->target->telescope, "VLBA"),
        .optimize = part->request->settings.optimize_spw_combine,
        .gaintype = strcmp(part->request->settings.gaintype, "auto")
                        ? part->request->settings.gaintype
                        : NULL,
        .lowest_spw = INFINITY,
        .lowest_baseband = INFINITY,
        .fewest_in_baseband = part->target->spws,
    };
    for (int i = 0; i < part->target->spws; i++) {
        double bandwidth, snr = snr_of_spw(part, rung, part->effective[i]);
        if (part->effective[i] <= 0)
            continue;
        facts.spws++;
        facts.lowest_spw = isnan(snr) ? NAN : fmin(facts.lowest_spw, snr);
        if (!first_of_baseband(part, i))
            continue;
        int windows = windows_in(part, baseband_of(part, i), &bandwidth);
        snr = snr_of_spw(part, rung, bandwidth);
        facts.basebands++;
        facts.lowest_baseband = isnan(snr) ? NAN : fmin(facts.lowest_baseband, snr);
        facts.fewest_in_baseband =
            windows < facts.fewest_in_baseband ? windows : facts.fewest_in_baseband;
    }
    return facts;
}

/* One window alone is all of them together. */
static bool mode_is_wished(const cal_plan_part *part, const cal_mode_facts *facts,
                           cal_spectral_mode mode)
{
    const char *wish = part->request->settings.spectral_modes;
    if (facts->spws == 1 && mode == CAL_PER_SPW)
        return true;
    return !strcmp(wish, "auto") || !strcmp(wish, cal_spectral_mode_name(mode));
}

static jv modes_json(const cal_plan_part *part, const cal_rung *rung)
{
    const cal_mode_facts facts = mode_facts(part, rung);
    jv list = jv_array();
    for (cal_spectral_mode mode = 0; mode < CAL_SPECTRAL_MODES; mode++) {
        cal_attempt attempt = cal_mode_attempt(mode, &facts, rung);
        char combine[20];
        if (attempt == CAL_NOT_ATTEMPTED || !mode_is_wished(part, &facts, mode))
            continue;
        cal_json_push(&list, JV_OBJECT(jv_string("mode"), jv_string(cal_spectral_mode_name(mode)),
                                       jv_string("attempt"),
                                       attempt == CAL_ATTEMPTED ? jv_true() : jv_null(),
                                       jv_string("gaincal_combine"),
                                       jv_string(cal_mode_combine(mode, &facts, rung, combine)),
                                       jv_string("gaincal_gaintype"),
                                       jv_string(cal_mode_gaintype(mode, &facts, rung))));
    }
    return list;
}

static jv rung_json(const cal_plan_part *part, const cal_rung *rung, double nsigma)
{
    bool chained = rung->delay || !strcmp(rung->solint, "inf_EB");
    double snr = cal_estimate_snr(&part->facts, rung);
    double least = part->request->settings.minsnr_to_proceed;
    jv object = JV_OBJECT(
        jv_string("solint"), jv_string(rung->solint), jv_string("solint_interval"),
        jv_string(rung->interval), jv_string("seconds"),
        cal_json_double(cal_estimate_seconds(&part->facts, rung)), jv_string("solmode"),
        jv_string(rung->amplitude ? "ap" : "p"), jv_string("solint_snr"), cal_json_double(snr),
        jv_string("worth_trying"), isnan(snr) ? jv_null() : jv_bool(snr >= least));
    cal_json_set(&object, "solint_snr_per_spw", parts_json(part, rung, false));
    cal_json_set(&object, "solint_snr_per_bb", parts_json(part, rung, true));
    cal_json_set(&object, "nsigma", cal_json_double(nsigma));
    cal_json_set(&object, "threshold_jy", cal_json_double(nsigma * part->noise));
    cal_json_set(&object, "modes", modes_json(part, rung));
    cal_json_set(&object, "applycal_mode", jv_string(part->request->settings.applymode));
    cal_json_set(&object, "preapply_this_gaintable", chained ? jv_true() : jv_null());
    cal_json_set(&object, "Pass", jv_null());
    return object;
}

jv cal_plan_solints_json(const cal_plan_part *part)
{
    const cal_selfcal_settings *settings = &part->request->settings;
    double nsigma[CAL_LADDER_MOST];
    int phases = 0;
    jv list = jv_array();
    for (int i = 0; i < part->ladder.rungs; i++)
        phases += !part->ladder.rung[i].amplitude;
    double divider =
        settings->dividing_factor > 0 ? settings->dividing_factor : cal_clean_divider(part->freq);
    cal_clean_depths(part->facts.snr, divider, !strcmp(settings->rel_thresh_scaling, "linear"),
                     phases, part->ladder.rungs, nsigma);
    for (int i = 0; i < part->ladder.rungs && settings->clean_depth > 0; i++)
        nsigma[i] = settings->clean_depth;
    for (int i = 0; i < part->ladder.rungs; i++)
        cal_json_push(&list, rung_json(part, &part->ladder.rung[i], nsigma[i]));
    return list;
}
