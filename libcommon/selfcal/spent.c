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

/* The solint that ends the chain: `index`, or the last one that was accepted; -1 for none. */
static int last_of_chain(jv solints, const char *accepted, int index)
{
    int last = index;
    jv_array_foreach(solints, i, solint)
    {
        if (index < 0 && !strcmp(accepted, cal_json_text_at(solint, "solint", "")))
            last = i;
        jv_free(solint);
    }
    return last;
}

/* Tables that are pre-applied stay, and so do the last phases where amplitudes come on top of them. */
static bool stays(jv solint, const char *phases)
{
    return cal_json_bool_at(solint, "Pass", false) &&
           (cal_json_bool_at(solint, "preapply_this_gaintable", false) ||
            !strcmp(phases, cal_json_text_at(solint, "solint", "")));
}

double cal_spent_by_chain(const cal_work *work, int index)
{
    double sum = 0;
    jv solints = cal_json_at(work->target, "solints"), stand = cal_json_at(work->target, "state");
    int last = last_of_chain(solints, cal_json_text_at(stand, "final_solint", ""), index);
    jv end = last < 0 ? jv_null() : jv_array_get(jv_copy(solints), last);
    const char *phases = is_amplitude(end) ? cal_json_text_at(stand, "final_phase_solint", "") : "";
    jv_array_foreach(solints, i, solint)
    {
        if (i == last || stays(solint, phases))
            sum += spent_by(work, solint);
        jv_free(solint);
    }
    jv_free(end);
    jv_free(stand);
    jv_free(solints);
    return fmin(sum, 1);
}
