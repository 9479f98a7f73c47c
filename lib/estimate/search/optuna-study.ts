import type { Plan } from "../../plan/plan";
import type { Pruner } from "./pruner";
import type { SearchParameter } from "./search-space";

export interface StudyInput {
  readonly plan: Plan;
  readonly trialCount: number;
  readonly epochsPerTrial: number;
  readonly pruner: Pruner;
  readonly space: readonly SearchParameter[];
}

/**
 * A program in Python for Optuna: the plan, the space and the pruner. It runs as it is with `--rehearse`, on made-up
 * accuracies, and for real with `--train module:function`, where the function yields a validation accuracy after each
 * epoch.
 */
export function optunaStudy({ plan, trialCount, epochsPerTrial, pruner, space }: StudyInput): string {
  return `"""A hyper-parameter search for Optuna, planned by Headroom.

    python study.py --rehearse                      # made-up accuracies: does the study run?
    python study.py --train my_training:epochs      # your training

my_training.epochs(plan, config, epoch_count) trains and yields the validation accuracy after every epoch.
"""

import argparse
import importlib
import json
import math
import random

import optuna

PLAN = json.loads(${pythonText(JSON.stringify(plan))})
TRIAL_COUNT = ${trialCount}
EPOCHS_PER_TRIAL = ${epochsPerTrial}
# The step of the first report: pruners of successive halving count epochs done, others count from 0.
FIRST_STEP = ${pruner.kind === "halving" ? 1 : 0}


def suggest(trial):
    return {
${space.map((parameter) => `        ${suggestion(parameter)},`).join("\n")}
    }


def pruner():
    return ${prunerCall(pruner)}


def rehearse(plan, config, epoch_count):
    """Accuracies that rise like those of a training, best near a learning rate of 1e-5."""
    distance = math.log10(config.get("learningRate", 1e-5)) + 5
    best = 0.8 * math.exp(-(distance**2) / 4)
    for epoch in range(1, epoch_count + 1):
        yield best * (1 - math.exp(-epoch / 2)) + random.gauss(0, 0.01)


def objective(train):
    def run(trial):
        accuracy = None
        for epoch, accuracy in enumerate(train(PLAN, suggest(trial), EPOCHS_PER_TRIAL)):
            trial.report(accuracy, epoch + FIRST_STEP)
            if trial.should_prune():
                raise optuna.TrialPruned()
        if accuracy is None:
            raise ValueError("the training yielded no accuracy")
        return accuracy

    return run


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--train", help="module:function that trains and yields accuracies")
    arguments.add_argument("--rehearse", action="store_true", help="made-up accuracies instead of a training")
    arguments.add_argument("--storage", help="where Optuna keeps the study, such as sqlite:///study.db")
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    if given.rehearse == (given.train is not None):
        arguments.error("give --train module:function, or --rehearse")
    if given.rehearse:
        random.seed(given.seed)
        train = rehearse
    else:
        module, _, function = given.train.partition(":")
        train = getattr(importlib.import_module(module), function)
    study = optuna.create_study(
        study_name="headroom",
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=given.seed),
        pruner=pruner(),
        storage=given.storage,
        load_if_exists=given.storage is not None,
    )
    study.optimize(objective(train), n_trials=TRIAL_COUNT)
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
    epochs = sum(len(trial.intermediate_values) for trial in study.trials)
    print(json.dumps({"best": study.best_params, "accuracy": study.best_value, "pruned": pruned, "epochs": epochs}))


if __name__ == "__main__":
    main()
`;
}

function suggestion(parameter: SearchParameter): string {
  const name = pythonText(parameter.name);
  switch (parameter.kind) {
    case "log_uniform":
      return `${name}: trial.suggest_float(${name}, ${parameter.low}, ${parameter.high}, log=True)`;
    case "uniform":
      return `${name}: trial.suggest_float(${name}, ${parameter.low}, ${parameter.high})`;
    case "integer":
      return `${name}: trial.suggest_int(${name}, ${parameter.low}, ${parameter.high})`;
    case "choice":
      return `${name}: trial.suggest_categorical(${name}, [${parameter.choices.join(", ")}])`;
  }
}

function prunerCall(pruner: Pruner): string {
  switch (pruner.kind) {
    case "none":
      return "optuna.pruners.NopPruner()";
    case "median":
      return `optuna.pruners.MedianPruner(n_startup_trials=${pruner.startupTrials}, n_warmup_steps=${pruner.warmupEpochs})`;
    case "halving":
      return `optuna.pruners.SuccessiveHalvingPruner(min_resource=${pruner.minEpochs}, reduction_factor=${pruner.reductionFactor})`;
  }
}

/** A string of JSON is one of Python, but for lone surrogates, which no plan holds. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}
