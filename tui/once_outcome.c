/* The sentences on plans that were refused, taken back, left half done, or lost. */
#include "tui/once_outcome.h"

#include "tui/report.h"

static const Step *failed_step(const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (step->error)
            return step;
    }
    return NULL;
}

static void complain_leftovers(const Transaction *transaction)
{
    g_auto(GStrv) leftovers = transaction_leftovers(transaction);
    g_autofree char *list = g_strjoinv(", ", leftovers);

    report_complain("not everything could be taken back; left as it is now: %s", list);
}

static void complain_outcome(const Transaction *transaction)
{
    const Step *failed = failed_step(transaction_plan(transaction));
    const char *sentence = transaction_error(transaction);

    report_complain("%s%s%s", failed ? failed->words : transaction_plan(transaction)->title, ": ",
                    sentence ? sentence : "QEMU refused it");
    if (transaction_outcome(transaction) == OUTCOME_LEFTOVERS)
        complain_leftovers(transaction);
    else if (transaction_outcome(transaction) == OUTCOME_ROLLED_BACK)
        report_complain("nothing was changed: what had been done is taken back");
}

gboolean once_outcome_is_done(Once *once, const Transaction *transaction)
{
    Outcome outcome = transaction_outcome(transaction);

    if (outcome == OUTCOME_DONE)
        return TRUE;
    complain_outcome(transaction);
    once_end(once, outcome == OUTCOME_LOST ? EXIT_CONNECTION : EXIT_REFUSED);
    return FALSE;
}
