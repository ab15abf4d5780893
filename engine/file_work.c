/* The thread gets a change of its own, together with what was prepared so far: the plan may be gone
 * before the thread is done, and what is left over then goes with the thread's. */
#include "engine/file_work.h"

#include <gio/gio.h>

struct FileWork {
    FileChange *file;
    ActionKind kind;
    FileWorkFn told;
    gpointer data;
    GTask *task;
};

static void move_prepared(FileChange *from, FileChange *to)
{
    to->target = g_steal_pointer(&from->target);
    to->prepared = g_steal_pointer(&from->prepared);
    to->prepared_backup = g_steal_pointer(&from->prepared_backup);
}

static gboolean file_restore(const FileChange *change, GError **error)
{
    g_autoptr(FileChange) back = file_change_invert(change);

    return file_change_prepare(back, error) && file_change_commit(back, error);
}

static gboolean file_do(FileChange *change, ActionKind kind, GError **error)
{
    switch (kind) {
    case ACTION_WRITE:
        return file_change_prepare(change, error);
    case ACTION_REPLACE:
        return file_change_commit(change, error);
    case ACTION_RESTORE:
        return file_restore(change, error);
    case ACTION_DISCARD:
    case ACTION_COMMAND:
    default:
        file_change_abandon(change);
        return TRUE;
    }
}

static void file_do_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancelled)
{
    FileChange *change = data;
    ActionKind kind = GPOINTER_TO_INT(g_task_get_source_tag(task));
    GError *error = NULL;

    if (!file_do(change, kind, &error))
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
    /* Nobody may be left to free the task: the program may be on its way out. */
    if (g_cancellable_is_cancelled(cancelled))
        file_change_abandon(change);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = G_TASK(result);
    FileWork *work = data;
    FileChange *change = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;

    if (g_cancellable_is_cancelled(g_task_get_cancellable(task)))
        return; /* the work has been freed */
    g_task_propagate_boolean(task, &error);
    move_prepared(change, work->file);
    g_clear_object(&work->task);
    work->told(error ? error->message : NULL, work->data);
}

FileWork *file_work_new(FileChange *file, ActionKind kind, FileWorkFn told, gpointer data)
{
    FileWork *work = g_new0(FileWork, 1);
    FileChange *change = file_change_copy(file);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    work->file = file;
    work->told = told;
    work->data = data;
    move_prepared(file, change);
    work->task = g_task_new(NULL, cancellable, on_done, work);
    g_task_set_check_cancellable(work->task, FALSE);
    g_task_set_source_tag(work->task, GINT_TO_POINTER(kind));
    g_task_set_task_data(work->task, change, (GDestroyNotify)file_change_free);
    g_task_run_in_thread(work->task, file_do_in_thread);
    return work;
}

void file_work_free(FileWork *work)
{
    if (!work)
        return;
    if (work->task)
        g_cancellable_cancel(g_task_get_cancellable(work->task));
    g_clear_object(&work->task);
    g_free(work);
}
