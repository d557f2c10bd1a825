#include "selfcal/journal.h"

#include "base/mem.h"
#include "base/output.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* FNV-1a: names apart inputs of one user, no more is asked of it. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037U;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return hash;
}

char *cal_journal_path(const char *folder, jv state)
{
    char *text = cal_json_dump(state);
    char *path =
        cal_format("%s/.selfcal-%016llx.json", folder, (unsigned long long)hash_text(text));
    free(text);
    return path;
}

static bool all_exist(jv list)
{
    bool good = true;
    if (jv_get_kind(list) == JV_KIND_ARRAY) {
        jv_array_foreach(list, i, path)
        {
            good = good && jv_get_kind(path) == JV_KIND_STRING &&
                   cal_path_exists(jv_string_value(path));
            jv_free(path);
        }
    }
    jv_free(list);
    return good;
}

static bool target_is_there(jv target)
{
    jv stand = cal_json_at(target, "state"), blocks = cal_json_at(target, "vis");
    bool begun = strcmp(cal_json_text_at(stand, "stage", "planned"), "planned") != 0;
    bool good = !begun || all_exist(cal_json_at(target, "vislist"));
    jv_array_foreach(blocks, i, block)
    {
        jv place = cal_json_at(block, "alignment");
        const char *moved = cal_json_text_at(place, "gaintable", NULL);
        good = good && all_exist(cal_json_at(block, "gaintable_final")) &&
               (!moved || cal_path_exists(moved));
        jv_free(place);
        jv_free(block);
    }
    jv_free(blocks);
    jv_free(stand);
    return good;
}

jv cal_journal_read(const char *path)
{
    jv state;
    cal_error err = {0};
    if (!cal_path_exists(path) || cal_json_read(path, &state, &err))
        return jv_null();
    jv targets = cal_json_at(state, "targets");
    bool good = jv_get_kind(targets) == JV_KIND_ARRAY;
    for (int i = 0; good && i < jv_array_length(jv_copy(targets)); i++) {
        jv target = jv_array_get(jv_copy(targets), i);
        good = target_is_there(target);
        jv_free(target);
    }
    jv_free(targets);
    if (good)
        return state;
    jv_free(state);
    return jv_null();
}

static int count_steps(jv state)
{
    jv target = jv_array_get(cal_json_at(state, "targets"), 0),
       steps = cal_json_at(target, "steps");
    int count = jv_get_kind(steps) == JV_KIND_ARRAY ? jv_array_length(jv_copy(steps)) : 0;
    jv_free(steps);
    jv_free(target);
    return count;
}

void cal_journal_catch_up(const char *path, jv *state)
{
    jv kept = cal_journal_read(path);
    bool further = jv_get_kind(kept) == JV_KIND_OBJECT && count_steps(kept) > count_steps(*state);
    jv_free(further ? *state : kept);
    *state = further ? kept : *state;
}

cal_status cal_journal_write(const char *path, jv state, cal_error *err)
{
    char *text = cal_json_dump(state), *line = cal_format("%s\n", text);
    cal_status status = cal_output_file(path, true, line, strlen(line), err);
    free(line);
    free(text);
    return status;
}

cal_status cal_journal_lock(const char *copy, int *lock, cal_error *err)
{
    char *path = cal_format("%s.lock", copy);
    cal_status status = CAL_OK;
    *lock = open(path, O_RDWR | O_CREAT, 0666); /* children keep it open */
    if (*lock < 0)
        status = cal_fail_errno(err, CAL_OUTPUT, "%s", path);
    else if (flock(*lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
        cal_warn("%s: another run works on it; waiting for it to end", copy);
        while (flock(*lock, LOCK_EX) && errno == EINTR)
            continue;
    }
    free(path);
    return status;
}
