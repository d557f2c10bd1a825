#include "selfcal/spent.h"

#include "base/number.h"
#include <math.h>
#include <string.h>

static const double earth_rotation = 7.2921e-5; /* rad / s */

/* ---- one table ---- */

double cal_spent_noise(const cal_fit *fit, const cal_uv_travel *travel)
{
    double integrations = fmax(fit->seconds / fit->integration, 1);
    double in_time = fmax(1 / integrations, 1 / hypot(1, fit->seconds * travel->per_second));
    double in_windows = fit->joined ? fmin(1 / hypot(1, travel->of_windows), 1) : 1;
    double part = in_time * in_windows / fit->antennas;
    return part > 0 ? fmin(part, 1) : 0;
}

void cal_spent_add(cal_spent *sum, const cal_fit *fit, const cal_uv_travel *travel)
{
    double part = cal_spent_noise(fit, travel);
    double *phases = &sum->phases[fit->joined], *amplitudes = &sum->amplitudes[fit->joined];
    *phases = fmax(*phases, part);
    if (fit->amplitude)
        *amplitudes = fmax(*amplitudes, part);
    sum->most = 1 / fit->antennas;
}

double cal_overfit(const cal_spent *spent, double snr)
{
    double flux = spent->parameters / (2 * snr * snr);
    double noise = fmin(spent->phases[0] + spent->phases[1], spent->most) +
                   fmin(spent->amplitudes[0] + spent->amplitudes[1], spent->most);
    double left = sqrt(1 - fmin(noise, 0.99));
    return (1 + (isfinite(flux) ? flux : 0)) / left - 1;
}

/* ---- tables of a state ---- */

static cal_uv_travel travel_of(jv target)
{
    const double arcsec = CAL_PI / 180 / 3600;
    jv pixels = cal_json_item_at(target, "imsize", 0);
    double width =
        jv_get_kind(pixels) == JV_KIND_NUMBER
            ? jv_number_value(pixels) * cal_json_number_at(target, "cell_arcsec", NAN) * arcsec
            : NAN;
    double waves = cal_json_number_at(target, "75thpct_uv", NAN) *
                   cal_json_number_at(target, "meanfreq", NAN) / CAL_LIGHT_SPEED;
    jv_free(pixels);
    return (cal_uv_travel){width * waves * earth_rotation,
                           width * waves * cal_json_number_at(target, "fracbw", NAN)};
}

static void add_solint(const cal_work *work, jv solint, const char *mode, cal_spent *sum)
{
    const cal_fit fit = {
        .antennas = cal_json_number_at(work->target, "n_ants", NAN),
        .seconds = cal_json_number_at(solint, "seconds", NAN),
        .integration = cal_json_number_at(work->target, "integration_time", NAN),
        .joined = !strncmp(mode, "combinespw", strlen("combinespw")) ||
                  cal_json_length_at(work->target, "spws") == 1,
        .amplitude = !strcmp(cal_json_text_at(solint, "solmode", "p"), "ap"),
    };
    const cal_uv_travel travel = travel_of(work->target);
    cal_spent_add(sum, &fit, &travel);
}

static void add_named(const cal_work *work, const char *name, cal_spent *sum)
{
    jv solint = cal_json_find(work->target, "solints", "solint", name, NULL);
    if (jv_get_kind(solint) == JV_KIND_OBJECT) {
        add_solint(work, solint, cal_json_text_at(solint, "final_mode", ""), sum);
        sum->parameters += cal_json_number_at(solint, "parameters", 0);
    }
    jv_free(solint);
}

cal_spent cal_spent_accepted(const cal_work *work)
{
    cal_spent sum = {0};
    if (!cal_work_blocks(work))
        return sum;
    jv block = cal_work_block(work, 0), names = cal_json_list_at(block, "gaintable_solint_final");
    jv_array_foreach(names, i, name)
    {
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
    cal_spent sum = {.parameters = parameters};
    jv solint = jv_array_get(cal_json_at(work->target, "solints"), index);
    for (int i = 0; i < set->befores; i++)
        add_named(work, set->before[i].solint, &sum);
    if (set->chosen >= 0)
        add_solint(work, solint, cal_spectral_mode_name(set->tried[set->chosen].mode), &sum);
    jv_free(solint);
    return sum;
}
