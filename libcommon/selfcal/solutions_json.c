/* What a step says of its solutions. */
#include "base/number.h"
#include "selfcal/solutions_parts.h"

static const double degrees = 180 / CAL_PI;

static jv solution_json(const cal_solution *solution, bool amplitude)
{
    const cal_solution_facts *facts = &solution->facts;
    jv object =
        JV_OBJECT(jv_string("mode"), jv_string(cal_spectral_mode_name(solution->mode)),
                  jv_string("gaintable"), cal_json_text(solution->path), jv_string("spwmap"),
                  cal_json_ints(solution->spwmap, solution->spws), jv_string("interp"),
                  cal_json_text(solution->interp), jv_string("expected"),
                  jv_number(facts->expected), jv_string("data_unflagged"),
                  jv_number(facts->unflagged_data), jv_string("solved"), jv_number(facts->solved));
    cal_json_set(&object, "parameters", jv_number(facts->parameters));
    cal_json_set(&object, "median_snr", cal_json_float((float)facts->median_snr));
    cal_json_set(&object, "phase_rms_deg", cal_json_double(facts->phase_rms * degrees));
    cal_json_set(&object, "phase_noise_deg", cal_json_double(facts->phase_noise * degrees));
    if (amplitude) {
        cal_json_set(&object, "amplitude_rms", cal_json_double(facts->amplitude_rms));
        cal_json_set(&object, "amplitude_noise", cal_json_double(facts->amplitude_noise));
    }
    cal_json_set(
        &object, "passed_through",
        cal_json_texts((const char *const *)solution->passed.item, solution->passed.count));
    return object;
}

static jv set_json(const cal_work *work, const cal_solution_set *set, int index)
{
    jv block = cal_work_block(work, index), tried = jv_array(), before = jv_array();
    for (int i = 0; i < set->tries; i++)
        cal_json_push(&tried, solution_json(&set->tried[i], set->amplitude));
    for (int i = 0; i < set->befores; i++)
        cal_json_push(&before, cal_json_text(set->before[i].path));
    jv object =
        JV_OBJECT(jv_string("vis"), cal_json_at(block, "vis"), jv_string("preapplied"), before,
                  jv_string("tried"), tried, jv_string("chosen"),
                  set->chosen < 0 ? jv_null() : jv_number(set->chosen), jv_string("mode"),
                  set->chosen < 0 ? jv_null()
                                  : jv_string(cal_spectral_mode_name(set->tried[set->chosen].mode)),
                  jv_string("reason"), cal_json_text(set->reason));
    jv_free(block);
    return object;
}

jv cal_solutions_json(const cal_work *work, const cal_solution_set *sets)
{
    jv list = jv_array();
    for (int i = 0; i < cal_work_blocks(work); i++)
        cal_json_push(&list, set_json(work, &sets[i], i));
    return list;
}
