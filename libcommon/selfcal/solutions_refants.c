/* Reference antennas ranked again by their solutions. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/refants.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <string.h>

/* Sum of the S/N of an antenna's good solutions. */
static double snr_of(const cal_caltable *table, const char *antenna)
{
    double sum = 0;
    for (int64_t row = 0; table->snr && row < table->rows; row++)
        for (int e = 0; e < table->npar[row] * table->nchan[row]; e++) {
            int64_t at = table->offset[row] + e;
            if (!table->flag[at] && table->snr[at] > 0 &&
                !strcmp(table->meta->antenna[table->antenna1[row]].name, antenna))
                sum += table->snr[at];
        }
    return sum;
}

static jv entry_at(jv list, int index)
{
    return jv_array_get(jv_copy(list), index);
}

/* The list in its new order, with what decided; and the names, as gaincal takes them. */
static void put_order(jv *block, jv list, const cal_ranked_antenna *ranked, int count)
{
    jv order = jv_array();
    cal_buf names = {0};
    for (int i = 0; i < count; i++) {
        jv entry = entry_at(list, ranked[i].index);
        cal_buf_addf(&names, "%s%s", i ? "," : "", cal_json_text_at(entry, "name", ""));
        cal_json_set(&entry, "solution_snr", cal_json_double(rint(ranked[i].snr * 1e3) / 1e3));
        cal_json_set(&entry, "score", cal_json_double(rint(ranked[i].score * 1e6) / 1e6));
        cal_json_push(&order, entry);
    }
    cal_json_set(block, "refants", order);
    cal_json_set(block, "refant", jv_string(cal_buf_text(&names)));
    cal_buf_free(&names);
}

cal_status cal_block_rank_again(jv *block, const char *gaintable, cal_error *err)
{
    cal_caltable *table;
    cal_status status = cal_caltable_read(gaintable, &table, err);
    if (status)
        return status;
    jv list = cal_json_list_at(*block, "refants");
    int count = jv_array_length(jv_copy(list));
    cal_ranked_antenna *ranked = CAL_NEW_ARRAY(cal_ranked_antenna, count);
    for (int i = 0; i < count; i++) {
        jv entry = entry_at(list, i);
        ranked[i] = (cal_ranked_antenna){
            .index = i,
            .distance = cal_json_number_at(entry, "distance_m", 0),
            .flagged = cal_json_number_at(entry, "flagged_fraction", NAN),
            .snr = snr_of(table, cal_json_text_at(entry, "name", "")),
        };
        jv_free(entry);
    }
    cal_refants_rank_again(ranked, count);
    if (count)
        put_order(block, list, ranked, count);
    free(ranked);
    jv_free(list);
    cal_caltable_free(table);
    return CAL_OK;
}
