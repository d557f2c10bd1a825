/* The targets of a state: one by one, and which are through. */
#include "base/mem.h"
#include "selfcal/step_parts.h"
#include <string.h>

char *cal_step_next(jv target)
{
    jv stand = cal_json_at(target, "state");
    bool planned = !strcmp(cal_json_text_at(stand, "stage", "planned"), "planned");
    const char *next = planned ? "split" : cal_json_text_at(stand, "next", NULL);
    char *name = next ? cal_copy_text(next) : NULL;
    jv_free(stand);
    return name;
}

void cal_state_put_target(jv *state, int index, jv target)
{
    jv targets = cal_json_at(*state, "targets");
    cal_json_set(state, "targets", jv_array_set(targets, index, target));
}

jv cal_state_target(jv state, int index)
{
    return jv_array_get(cal_json_at(state, "targets"), index);
}

int cal_state_targets(jv state)
{
    return jv_array_length(cal_json_at(state, "targets"));
}

bool cal_state_is_through(jv state, int index)
{
    jv target = cal_state_target(state, index);
    char *next = cal_step_next(target);
    bool through = !next;
    free(next);
    jv_free(target);
    return through;
}

int cal_state_through(jv state)
{
    int through = 0;
    for (int i = 0; i < cal_state_targets(state); i++)
        through += cal_state_is_through(state, i);
    return through;
}

void cal_state_set_stage(jv *state)
{
    bool over = cal_state_through(*state) == cal_state_targets(*state);
    cal_json_set(state, "state",
                 JV_OBJECT(jv_string("stage"), jv_string(over ? "done" : "working")));
}

jv cal_step_begin(jv state)
{
    cal_json_set(&state, "schema", jv_string("calutils/selfcal-step/1"));
    for (int i = 0; i < cal_state_targets(state); i++) {
        jv target = cal_state_target(state, i), stand = cal_json_at(target, "state");
        char *next = cal_step_next(target);
        if (jv_get_kind(stand) != JV_KIND_OBJECT) {
            jv_free(stand);
            stand = jv_object();
        }
        cal_json_set(&stand, "next", next ? jv_string(next) : jv_null());
        cal_json_set(&target, "state", stand);
        cal_state_put_target(&state, i, target);
        free(next);
    }
    return state;
}
