/* The intervals of a target, and which one comes next. */
#include "base/mem.h"
#include "selfcal/step_solint.h"
#include <string.h>

jv cal_solint_at(const cal_work *work, int index)
{
    return jv_array_get(cal_json_at(work->target, "solints"), index);
}

int cal_solint_count(const cal_work *work)
{
    return jv_array_length(cal_json_at(work->target, "solints"));
}

void cal_solint_set(cal_work *work, int index, const char *key, jv value)
{
    jv list = cal_json_at(work->target, "solints");
    jv entry = jv_array_get(jv_copy(list), index);
    cal_json_set(&entry, key, value);
    cal_json_set(&work->target, "solints", jv_array_set(list, index, entry));
}

bool cal_solint_is_amplitude(jv entry)
{
    return !strcmp(cal_json_text_at(entry, "solmode", "p"), "ap");
}

int cal_first_amplitude(const cal_work *work, int from)
{
    int count = cal_solint_count(work), found = -1;
    for (int i = from; i < count && found < 0; i++) {
        jv entry = cal_solint_at(work, i);
        found = cal_solint_is_amplitude(entry) ? i : -1;
        jv_free(entry);
    }
    return found;
}

static void go_to(cal_work *work, int index)
{
    if (index < 0 || index >= cal_solint_count(work)) {
        cal_stop_solving(work, NULL);
        return;
    }
    jv entry = cal_solint_at(work, index);
    cal_next_is(work, cal_json_text_at(entry, "solint", "final"));
    jv_free(entry);
}

/* The phase interval below, or this one where there is none. */
static char *one_below(const cal_work *work, const char *name)
{
    int index;
    jv_free(cal_json_find(work->target, "solints", "solint", name, &index));
    index++;
    jv below = index < cal_solint_count(work) ? cal_solint_at(work, index) : jv_null();
    bool none = jv_get_kind(below) != JV_KIND_OBJECT || cal_solint_is_amplitude(below);
    char *copy = cal_copy_text(none ? name : cal_json_text_at(below, "solint", name));
    jv_free(below);
    return copy;
}

static bool is_delay(const char *solint)
{
    const char *end = strstr(solint, "_delay");
    return end && !strcmp(end, "_delay");
}

/* The first interval of gains; a new reference. */
static jv first_of_gains(const cal_work *work)
{
    int index = 0, count = cal_solint_count(work);
    jv entry = cal_solint_at(work, 0);
    while (is_delay(cal_json_text_at(entry, "solint", "")) && ++index < count) {
        jv_free(entry);
        entry = cal_solint_at(work, index);
    }
    return entry;
}

/* Which interval a further pass solves again, with the better image that the phases gave. First the first one, on top of the finest: what does not
 * change with time was solved with the worst of all models, and for all windows together. Then the finest, on top of that; and as long as
 * that helps the next one below, which may have been refused before. */
static char *solved_again(const cal_work *work, int pass)
{
    jv stand = cal_stand(work), first = first_of_gains(work);
    const char *finest = cal_json_text_at(stand, "final_phase_solint", NULL);
    const char *coarsest = cal_json_text_at(first, "solint", "");
    bool whole = !strncmp(coarsest, "inf_EB", 6) && !is_delay(coarsest);
    char *name = !finest                            ? NULL
                 : pass == CAL_SECOND_PASS && whole ? cal_copy_text(coarsest)
                 : pass > CAL_SECOND_PASS + 1       ? one_below(work, finest)
                                                    : cal_copy_text(finest);
    jv_free(first);
    jv_free(stand);
    return name;
}

/* The phases are as good as this model lets them be. They are solved again until that no longer helps; then come the amplitudes, if they are
 * wanted and anything was reached. */
static void end_phases(cal_work *work, const cal_solint *at, bool helped, const char *reason)
{
    char *again = solved_again(work, at->pass + 1);
    bool other = again && at->pass <= CAL_SECOND_PASS && strcmp(again, at->name) != 0;
    bool more = again && at->pass < work->settings->max_passes && (other || helped);
    int amplitude = cal_first_amplitude(work, 0);
    if (more) {
        cal_stand_set(work, "pass", jv_number(at->pass + 1));
        cal_next_is(work, again);
    } else if (amplitude >= 0 && again)
        go_to(work, amplitude);
    else
        cal_stop_solving(work, reason);
    free(again);
}

void cal_go_on(cal_work *work, const cal_solint *at, bool helped, bool bad, const char *reason)
{
    bool last = at->index + 1 >= at->count;
    bad = bad && !is_delay(at->name); /* gains can be solved where delays cannot */
    if (at->amplitude && (bad || last))
        cal_stop_solving(work, reason);
    else if (!at->amplitude && (bad || at->pass > 1 || last || at->next_is_amplitude))
        end_phases(work, at, helped, reason);
    else
        go_to(work, at->index + 1);
}
