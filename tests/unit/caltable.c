/* Calibration tables written and read back; cal-library text. */
#include "cal/caltable.h"
#include "base/mem.h"
#include "cal/callib_text.h"
#include "folder.h"
#include "ms/create.h"
#include "unit.h"

static cal_error err;

/* An MS of three antennas, one field and two spws, without rows. */
static cal_table *make_ms(const char *path)
{
    cal_table *ms, *sub;
    const struct {
        const char *name;
        int rows;
    } wanted[] = {{"ANTENNA", 3}, {"FIELD", 1}, {"SPECTRAL_WINDOW", 2}, {"OBSERVATION", 1}};
    CHECK(cal_ms_create(path, CAL_MS_DATA, 0, &ms, &err) == CAL_OK);
    for (size_t i = 0; i < CAL_COUNT(wanted); i++) {
        CHECK(cal_ms_grow_sub(ms, wanted[i].name, wanted[i].rows, &sub, &err) == CAL_OK);
        CHECK(cal_table_close(sub, &err) == CAL_OK);
    }
    return ms;
}

/* Rows in the wrong order: spw 1 (3 channels), then spw 0 (1 channel). */
static cal_caltable *make_table(void)
{
    cal_caltable *table = cal_caltable_make("B Jones", true, 2, 4, 2 * (3 + 3 + 1 + 1));
    static const int spw[] = {1, 1, 0, 0}, antenna[] = {2, 0, 1, 0};
    for (int64_t row = 0, at = 0; row < 4; row++) {
        table->spw_id[row] = spw[row];
        table->antenna1[row] = antenna[row];
        table->antenna2[row] = -1;
        table->time[row] = 5e9;
        table->npar[row] = 2;
        table->nchan[row] = spw[row] ? 3 : 1;
        table->offset[row] = at;
        for (int e = 0; e < 2 * table->nchan[row]; e++, at++) {
            table->cpar[at] = 10 * (float)row + (float)e * I;
            table->flag[at] = e == 1;
            table->snr[at] = 7;
        }
    }
    for (int s = 0; s < 2; s++) {
        int nchan = table->spw[s].nchan = s ? 3 : 1;
        table->spw[s].freq = CAL_NEW_ARRAY(double, nchan);
        table->spw[s].width = CAL_NEW_ARRAY(double, nchan);
        for (int c = 0; c < nchan; c++) {
            table->spw[s].freq[c] = 1e9 + c * 1e6;
            table->spw[s].width[c] = 1e6;
        }
    }
    return table;
}

static void round_trip(void)
{
    cal_table *ms = make_ms("sub.ms");
    cal_caltable *table = make_table(), *back;
    CHECK(cal_caltable_write(table, ms, "t.B", &err) == CAL_OK);
    CHECK(cal_caltable_read("t.B", &back, &err) == CAL_OK);
    CHECK_TEXT(back->type, "B Jones");
    CHECK_TEXT(back->casa_version, CAL_CALTABLE_CASA_VERSION);
    CHECK(back->sorted && back->rows == 4 && back->complex_par && !back->weight_defined);
    CHECK(back->spw_id[0] == 0 && back->antenna1[0] == 0 && back->antenna1[1] == 1);
    CHECK(back->spw_id[2] == 1 && back->antenna1[2] == 0 && back->nchan[2] == 3);
    CHECK(back->cpar[back->offset[2] + 4] == 10 + 4 * I);
    CHECK(back->flag[back->offset[2] + 1] == 1 && back->flag[back->offset[2]] == 0);
    CHECK_NEAR(back->snr[0], 7, 0);
    CHECK(back->spws == 2 && back->spw[1].nchan == 3 && !back->spw[1].absent);
    CHECK_NEAR(back->spw[1].freq[2], 1.002e9, 0);
    CHECK_NEAR(back->meta->spw[1].total_bandwidth, 3e6, 0);
    cal_caltable_kind kind;
    CHECK(cal_caltable_identify("t.B", &kind, &err) == CAL_OK && !kind.old_format);
    CHECK(cal_caltable_read("sub.ms", &back, &err) == CAL_INPUT);
    CHECK(cal_caltable_read("missing", &back, &err) == CAL_INPUT);
    cal_table_close(ms, NULL);
    cal_caltable_free(table);
}

/* In two steps, the first of which knows no rows. */
static void two_steps(void)
{
    cal_table *ms = make_ms("steps.ms"), *empty;
    cal_caltable *table = make_table(), *like = cal_caltable_make("B Jones", true, 2, 0, 0), *back;
    cal_caltable_file *file;
    like->snr = cal_alloc(0, sizeof *like->snr);
    CHECK(cal_caltable_begin(like, ms, "steps.B", &file, &err) == CAL_OK);
    CHECK(cal_caltable_end(file, table, &err) == CAL_OK);
    CHECK(cal_caltable_read("steps.B", &back, &err) == CAL_OK);
    CHECK(back->rows == 4 && back->spw[1].nchan == 3 && !back->spw[1].absent);
    CHECK(back->cpar[back->offset[2] + 4] == 10 + 4 * I && back->flag[back->offset[2] + 1] == 1);
    cal_caltable_free(back);
    CHECK(cal_caltable_begin(like, ms, "dropped.B", &file, &err) == CAL_OK);
    cal_caltable_drop(file);
    CHECK(cal_table_open("dropped.B", true, &empty, &err) == CAL_OK);
    CHECK(cal_table_rows(empty) == 0 && cal_table_has_sub(empty, "ANTENNA"));
    cal_table_close(empty, NULL);
    CHECK(cal_caltable_begin(like, ms, "dropped.B", &file, &err) == CAL_OUTPUT && !file);
    cal_caltable_drop(file);
    cal_table_close(ms, NULL);
    cal_caltable_free(like);
    cal_caltable_free(table);
}

static void libraries(void)
{
    cal_chain_list list = {0};
    CHECK(cal_callib_parse("# note\n\ncaltable='a b.G' , calwt = F spwmap=[0, 1,1] # end\n"
                           "caltable=\"c\" fldmap='nearest' tinterp='cubic' finterp='spline'\n",
                           "lib", &list, &err) == CAL_OK);
    CHECK(list.count == 2 && list.item[0].from_library);
    CHECK_TEXT(list.item[0].gaintable, "a b.G");
    CHECK(!list.item[0].calwt && list.item[0].spwmaps == 3 && list.item[0].spwmap[1] == 1);
    CHECK_TEXT(list.item[1].gainfield, "nearest");
    CHECK_TEXT(list.item[1].interp, "cubic,spline");
    CHECK(list.item[1].calwt);
    static const char *const wrong[] = {"caltable=a.G",
                                        "caltable='a.G",
                                        "calwt=T",
                                        "caltable='a' spwmap=[x]",
                                        "caltable='a' foo=1",
                                        "caltable='a' tinterp='foo'",
                                        "caltable 'a'",
                                        ""};
    for (size_t i = 0; i < CAL_COUNT(wrong); i++)
        CHECK(cal_callib_parse(wrong[i], "lib", &list, &err) == CAL_INPUT);
    cal_chain_list_free(&list);
}

int main(void)
{
    if (!unit_folder_enter())
        return 1;
    round_trip();
    two_steps();
    libraries();
    return unit_done();
}
