#include "selfcal/spent.h"

#include <math.h>
#include <string.h>

double cal_spent_noise(double antennas, double integrations, bool amplitude)
{
    double part = (amplitude ? 2 : 1) / (antennas * fmax(integrations, 1));
    return part > 0 ? fmin(part, 1) : 0; /* also where something is not known */
}

static double spent_by(const cal_work *work, jv solint)
{
    double integrations = cal_json_number_at(solint, "seconds", NAN) /
                          cal_json_number_at(work->target, "integration_time", NAN);
    bool amplitude = !strcmp(cal_json_text_at(solint, "solmode", "p"), "ap");
    return isnan(integrations) ? 0
                               : cal_spent_noise(cal_json_number_at(work->target, "n_ants", NAN),
                                                 integrations, amplitude);
}

/* Is this solint's table in the chain? `last` is the name of the last one that was accepted, NULL where another one takes its place. */
static bool is_in_chain(jv solint, const char *last)
{
    if (!cal_json_bool_at(solint, "Pass", false))
        return false;
    return cal_json_bool_at(solint, "preapply_this_gaintable", false) ||
           (last && !strcmp(last, cal_json_text_at(solint, "solint", "")));
}

double cal_spent_by_chain(const cal_work *work, int index)
{
    double sum = 0;
    jv solints = cal_json_at(work->target, "solints"), stand = cal_json_at(work->target, "state");
    const char *last = index < 0 ? cal_json_text_at(stand, "final_solint", NULL) : NULL;
    jv_array_foreach(solints, i, solint)
    {
        if (i == index || is_in_chain(solint, last))
            sum += spent_by(work, solint);
        jv_free(solint);
    }
    jv_free(stand);
    jv_free(solints);
    return fmin(sum, 1);
}
