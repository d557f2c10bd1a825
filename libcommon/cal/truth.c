#include "cal/truth.h"
#include "base/mem.h"
#include "base/text.h"
#include "cal/caltable.h"
#include "ms/simulate_gains.h"
#include <math.h>

/* Solution channels of each spw: those of the data, or one for all of them. */
static void set_channels(cal_caltable *table, const cal_scene *scene, bool each_channel)
{
    for (int i = 0; i < scene->spws; i++) {
        const cal_scene_spw *from = &scene->spw[i];
        cal_caltable_spw *to = &table->spw[i];
        to->nchan = each_channel ? from->nchan : 1;
        to->freq = CAL_NEW_ARRAY(double, to->nchan);
        to->width = CAL_NEW_ARRAY(double, to->nchan);
        for (int k = 0; k < to->nchan; k++) {
            to->freq[k] = from->freq + from->width * (each_channel ? k : (from->nchan - 1) / 2.0);
            to->width[k] = fabs(from->width) * (each_channel ? 1 : from->nchan);
        }
    }
}

static void set_row(cal_caltable *table, int64_t row, int scan, const cal_scene *scene, int spw,
                    int antenna, double time)
{
    table->time[row] = scene->reference_time + time;
    table->field[row] = scene->scan[scan].field;
    table->scan[row] = scan + 1;
    table->spw_id[row] = spw;
    table->antenna1[row] = antenna;
    table->antenna2[row] = -1;
    table->npar[row] = 2;
    table->nchan[row] = table->spw[spw].nchan;
    table->offset[row] = row ? table->offset[row - 1] + 2 * table->nchan[row - 1] : 0;
    for (int k = 0; k < 2 * table->nchan[row]; k++) {
        table->cpar[table->offset[row] + k] = 1;
        table->flag[table->offset[row] + k] = scene->antenna[antenna].absent;
        table->snr[table->offset[row] + k] = 1;
    }
}

static cal_status write_table(cal_caltable *table, const char *ms, const char *name,
                              const char *path, cal_error *err)
{
    table->ms_name = cal_basename(name);
    cal_table *main = NULL;
    cal_status status = cal_table_open(ms, false, &main, err);
    if (!status)
        status = cal_caltable_write(table, main, path, err);
    cal_table_close(main, NULL);
    cal_caltable_free(table);
    return status;
}

cal_status cal_truth_write_gains(const cal_scene *scene, const char *ms, const char *name,
                                 const char *path, cal_error *err)
{
    int64_t rows = 0, row = 0;
    for (int i = 0; i < scene->scans; i++)
        rows += (int64_t)scene->scan[i].integrations * scene->scan[i].spws * scene->antennas;
    cal_caltable *table = cal_caltable_make("G Jones", true, scene->spws, rows, 2 * rows);
    set_channels(table, scene, false);
    cal_gains *gains = cal_gains_new(scene);
    float complex *gain = CAL_NEW_ARRAY(float complex, CAL_GAIN_INDEX(scene, scene->spws, 0, 0));
    for (int i = 0; i < scene->scans; i++)
        for (int k = 0; k < scene->scan[i].integrations; k++) {
            double time = scene->scan[i].start + (k + 0.5) * scene->integration;
            cal_gains_next(gains, time, gain);
            for (int j = 0; j < scene->scan[i].spws * scene->antennas; j++, row++) {
                int spw = scene->scan[i].spw[j / scene->antennas], antenna = j % scene->antennas;
                set_row(table, row, i, scene, spw, antenna, time);
                table->cpar[2 * row] = gain[CAL_GAIN_INDEX(scene, spw, antenna, 0)];
                table->cpar[2 * row + 1] = gain[CAL_GAIN_INDEX(scene, spw, antenna, 1)];
            }
        }
    free(gain);
    cal_gains_free(gains);
    return write_table(table, ms, name, path, err);
}

cal_status cal_truth_write_bandpass(const cal_scene *scene, const char *ms, const char *name,
                                    const char *path, cal_error *err)
{
    int64_t elements = 0, row = 0;
    for (int i = 0; i < scene->spws; i++)
        elements += (int64_t)scene->antennas * 2 * scene->spw[i].nchan;
    cal_caltable *table = cal_caltable_make("B Jones", true, scene->spws,
                                            (int64_t)scene->spws * scene->antennas, elements);
    set_channels(table, scene, true);
    for (int spw = 0; spw < scene->spws; spw++) {
        int nchan = scene->spw[spw].nchan;
        float complex *bandpass =
            CAL_NEW_ARRAY(float complex, (size_t)scene->antennas * 2 * (size_t)nchan);
        cal_gains_bandpass(scene, spw, bandpass);
        for (int antenna = 0; antenna < scene->antennas; antenna++, row++) {
            set_row(table, row, 0, scene, spw, antenna, scene->scan[0].start);
            for (int k = 0; k < 2 * nchan; k++) /* [pol][chan] to [chan][pol] */
                table->cpar[table->offset[row] + k] =
                    bandpass[(2 * antenna + k % 2) * nchan + k / 2];
        }
        free(bandpass);
    }
    return write_table(table, ms, name, path, err);
}
