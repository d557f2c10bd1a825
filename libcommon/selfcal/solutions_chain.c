/* The accepted chain of tables of an execution block, in and out of the state, and what of it stays while an interval is solved. */
#include "base/mem.h"
#include "selfcal/solutions_parts.h"
#include <stdio.h>
#include <string.h>

int *cal_ints_of(jv object, const char *key, int *count)
{
    jv list = cal_json_list_at(object, key);
    *count = jv_array_length(jv_copy(list));
    int *value = *count ? CAL_NEW_ARRAY(int, *count) : NULL;
    for (int i = 0; i < *count; i++) {
        jv item = jv_array_get(jv_copy(list), i);
        value[i] = jv_get_kind(item) == JV_KIND_NUMBER ? (int)jv_number_value(item) : 0;
        jv_free(item);
    }
    jv_free(list);
    return value;
}

char *cal_spwmap_text(const int *map, int count)
{
    cal_buf text = {0};
    for (int i = 0; i < count; i++)
        cal_buf_addf(&text, "%s%d", i ? "," : "", map[i]);
    return cal_buf_steal(&text);
}

/* ---- the state ---- */

static char *text_at(jv object, const char *key, int index, const char *missing)
{
    jv item = cal_json_item_at(object, key, index);
    char *text =
        cal_copy_text(jv_get_kind(item) == JV_KIND_STRING ? jv_string_value(item) : missing);
    jv_free(item);
    return text;
}

static bool bool_at(jv object, const char *key, int index)
{
    jv item = cal_json_item_at(object, key, index);
    bool value = jv_get_kind(item) == JV_KIND_TRUE;
    jv_free(item);
    return value;
}

cal_chained *cal_chain_read(jv block, int *count)
{
    *count = cal_json_length_at(block, "gaintable_final");
    cal_chained *chain = CAL_NEW_ARRAY(cal_chained, *count);
    for (int i = 0; i < *count; i++) {
        jv map = JV_OBJECT(jv_string("map"), cal_json_item_at(block, "spwmap_final", i));
        chain[i] = (cal_chained){
            .path = text_at(block, "gaintable_final", i, ""),
            .interp = text_at(block, "applycal_interpolate_final", i, "linear"),
            .solint = text_at(block, "gaintable_solint_final", i, ""),
            .preapply = bool_at(block, "gaintable_preapply_final", i),
        };
        chain[i].spwmap = cal_ints_of(map, "map", &chain[i].spws);
        jv_free(map);
    }
    return chain;
}

void cal_chain_write(jv *block, const cal_chained *chain, int count)
{
    jv paths = jv_array(), maps = jv_array(), interps = jv_array(), solints = jv_array();
    jv stays = jv_array();
    for (int i = 0; i < count; i++) {
        cal_json_push(&paths, cal_json_text(chain[i].path));
        cal_json_push(&maps, cal_json_ints(chain[i].spwmap, chain[i].spws));
        cal_json_push(&interps, cal_json_text(chain[i].interp));
        cal_json_push(&solints, cal_json_text(chain[i].solint));
        cal_json_push(&stays, jv_bool(chain[i].preapply));
    }
    cal_json_set(block, "gaintable_final", paths);
    cal_json_set(block, "spwmap_final", maps);
    cal_json_set(block, "applycal_interpolate_final", interps);
    cal_json_set(block, "gaintable_solint_final", solints);
    cal_json_set(block, "gaintable_preapply_final", stays);
}

void cal_chain_dispose(cal_chained *chain, int count)
{
    for (int i = 0; i < count; i++) {
        free(chain[i].path);
        free(chain[i].spwmap);
        free(chain[i].interp);
        free(chain[i].solint);
    }
    free(chain);
}

cal_chained cal_chained_copy(const cal_chained *one)
{
    cal_chained copy = {.path = cal_copy_text(one->path),
                        .interp = cal_copy_text(one->interp),
                        .solint = cal_copy_text(one->solint),
                        .preapply = one->preapply,
                        .spws = one->spws};
    copy.spwmap = one->spws ? CAL_NEW_ARRAY(int, one->spws) : NULL;
    for (int i = 0; i < one->spws; i++)
        copy.spwmap[i] = one->spwmap[i];
    return copy;
}

void cal_chained_words(const cal_chained *one, cal_words *argv)
{
    cal_words_add(argv, "--gaintable");
    cal_words_add(argv, one->path);
    if (one->spws) {
        char *map = cal_spwmap_text(one->spwmap, one->spws);
        cal_words_add(argv, "--spwmap");
        cal_words_add(argv, map);
        free(map);
    }
    cal_words_add(argv, "--interp");
    cal_words_add(argv, one->interp);
}

/* ---- what stays ---- */

/* Phases stay under amplitudes. When the ladder is gone down once more, the tables of finer intervals stay until their turn comes; without
 * them a coarse interval would be solved on data that are not coherent. */
static bool stays(const cal_work *work, const cal_chained *one, int index, bool amplitude, int pass)
{
    int own;
    jv solint = cal_json_find(work->target, "solints", "solint", one->solint, &own);
    bool own_amplitude = !strcmp(cal_json_text_at(solint, "solmode", "p"), "ap");
    jv_free(solint);
    if (own == index)
        return false;
    return one->preapply || (amplitude && !own_amplitude) || (pass > 1 && own > index);
}

cal_chained *cal_chain_before(const cal_work *work, jv block, int index, int pass, int *count)
{
    int all, kept = 0;
    cal_chained *chain = cal_chain_read(block, &all);
    jv solint = cal_json_item_at(work->target, "solints", index);
    bool amplitude = !strcmp(cal_json_text_at(solint, "solmode", "p"), "ap");
    cal_chained *before = CAL_NEW_ARRAY(cal_chained, all);
    for (int i = 0; i < all; i++)
        if (stays(work, &chain[i], index, amplitude, pass))
            before[kept++] = cal_chained_copy(&chain[i]);
    cal_chain_dispose(chain, all);
    jv_free(solint);
    *count = kept;
    return before;
}
