/* OBS_MODEs as a selection of intents, and back. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/modes.h"
#include "ms/intent.h"
#include <string.h>

static bool has_part(const char *obs_mode, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = obs_mode; (at = strstr(at, part)); at++) {
        bool begins = at == obs_mode || at[-1] == ',' || at[-1] == ' ';
        if (begins && (!at[length] || at[length] == ',' || at[length] == ' '))
            return true;
    }
    return false;
}

/* The modes that have rows in the fields and spws of a box. */
static cal_idset modes_there(const cal_vis *modes, const cal_box *box)
{
    cal_idset there = cal_idset_make(modes->intent.size);
    cal_box any = *box;
    any.intent = modes->intent.all;
    for (int t = -1; (t = cal_vis_next(modes, &any, t)) >= 0;)
        cal_idset_add(&there, modes->triple[t].intent);
    return there;
}

/* Is the part in none of these modes but those that are wanted? */
static bool is_exclusive(const cal_vis *modes, const char *part, const cal_idset *there,
                         const cal_idset *wanted)
{
    for (CAL_IDS(mode, there))
        if (!cal_idset_has(wanted, mode) && has_part(modes->intent.name[mode], part))
            return false;
    return true;
}

static bool is_known(const cal_words *words, const char *word)
{
    for (int i = 0; i < words->count; i++)
        if (!strcmp(words->item[i], word))
            return true;
    return false;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_sorted(cal_words *words, cal_buf *out)
{
    qsort(words->item, words->count, sizeof *words->item, compare_words);
    for (int i = 0; i < words->count; i++)
        cal_buf_addf(out, "%s%s", i ? "," : "", words->item[i]);
}

/* The exclusive parts of the wanted modes; false when one of these has none. */
static bool collect_parts(const cal_vis *modes, const cal_idset *there, const cal_idset *wanted,
                          cal_words *chosen)
{
    bool all_found = true;
    for (CAL_IDS(mode, there)) {
        if (!cal_idset_has(wanted, mode))
            continue;
        bool found = false;
        cal_words parts = cal_words_split(modes->intent.name[mode], ',');
        for (int i = 0; i < parts.count; i++) {
            if (!*parts.item[i] || !is_exclusive(modes, parts.item[i], there, wanted))
                continue;
            found = true;
            if (!is_known(chosen, parts.item[i]))
                cal_words_add(chosen, parts.item[i]);
        }
        cal_words_free(&parts);
        all_found = all_found && found;
    }
    return all_found;
}

bool cal_modes_print(const cal_vis *modes, const cal_box *box, cal_buf *out)
{
    cal_idset there = modes_there(modes, box);
    cal_words parts = {0};
    bool all = cal_idset_within(&there, &box->intent);
    bool good = all || collect_parts(modes, &there, &box->intent, &parts);
    if (good && !all)
        print_sorted(&parts, out);
    cal_words_free(&parts);
    cal_idset_free(&there);
    return good;
}

/* ---- pipeline intents ---- */

cal_idset cal_modes_intents(const cal_vis *vis, const char *obs_mode)
{
    cal_idset set = cal_idset_make(vis->intent.size);
    cal_intent_set meant =
        cal_intents_of_mode(cal_observatory_named(vis->telescope), obs_mode, NULL);
    for (int i = 0; i < CAL_INTENTS; i++)
        for (CAL_IDS(id, &vis->intent.all))
            if (meant >> i & 1 && !strcmp(vis->intent.name[id], cal_intent_name(i)))
                cal_idset_add(&set, id);
    return set;
}

void cal_modes_print_intents(const cal_vis *vis, const cal_idset *intents, cal_buf *out)
{
    cal_words chosen = {0};
    for (int m = 0; m < vis->obs_modes; m++) {
        cal_words parts = cal_words_split(vis->obs_mode[m].text, ',');
        for (int i = 0; i < parts.count; i++) {
            cal_idset meant = cal_modes_intents(vis, parts.item[i]);
            if (cal_idset_meets(&meant, intents) && !is_known(&chosen, parts.item[i]))
                cal_words_add(&chosen, parts.item[i]);
            cal_idset_free(&meant);
        }
        cal_words_free(&parts);
    }
    print_sorted(&chosen, out);
    cal_words_free(&chosen);
}
