#include "selfcal/spent.h"

#include <math.h>
#include <string.h>

double cal_spent_noise(double antennas, double integrations, bool amplitude)
{
    double part = (amplitude ? 2 : 1) / (antennas * fmax(integrations, 1));
    return part > 0 ? fmin(part, 1) : 0; /* also where something is not known */
}

static bool is_amplitude(jv solint)
{
    return !strcmp(cal_json_text_at(solint, "solmode", "p"), "ap");
}

static double spent_by(const cal_work *work, jv solint)
{
    double integrations = cal_json_number_at(solint, "seconds", NAN) /
                          cal_json_number_at(work->target, "integration_time", NAN);
    return isnan(integrations) ? 0
                               : cal_spent_noise(cal_json_number_at(work->target, "n_ants", NAN),
                                                 integrations, is_amplitude(solint));
}

static void add_solint(const cal_work *work, jv solint, cal_spent *sum)
{
    sum->noise = fmin(sum->noise + spent_by(work, solint), 1);
    sum->parameters += cal_json_number_at(solint, "parameters", 0);
}

static void add_named(const cal_work *work, const char *name, cal_spent *sum)
{
    jv solint = cal_json_find(work->target, "solints", "solint", name, NULL);
    if (jv_get_kind(solint) == JV_KIND_OBJECT)
        add_solint(work, solint, sum);
    jv_free(solint);
}

cal_spent cal_spent_accepted(const cal_work *work)
{
    cal_spent sum = {0};
    if (!cal_work_blocks(work))
        return sum;
    jv block = cal_work_block(work, 0), names = cal_json_at(block, "gaintable_solint_final");
    for (int i = 0; jv_get_kind(names) == JV_KIND_ARRAY && i < jv_array_length(jv_copy(names));
         i++) {
        jv name = jv_array_get(jv_copy(names), i);
        add_named(work, jv_string_value(name), &sum);
        jv_free(name);
    }
    jv_free(names);
    jv_free(block);
    return sum;
}

cal_spent cal_spent_with(const cal_work *work, const cal_solution_set *set, int index,
                         double parameters)
{
    cal_spent sum = {0};
    jv solint = jv_array_get(cal_json_at(work->target, "solints"), index);
    for (int i = 0; i < set->befores; i++)
        add_named(work, set->before[i].solint, &sum);
    sum.noise = fmin(sum.noise + spent_by(work, solint), 1);
    sum.parameters += parameters;
    jv_free(solint);
    return sum;
}

double cal_overfit(const cal_spent *spent, double snr)
{
    double flux = spent->parameters / (2 * snr * snr);
    double left = sqrt(1 - fmin(spent->noise, 0.99));
    return (1 + (isfinite(flux) ? flux : 0)) / left - 1;
}
