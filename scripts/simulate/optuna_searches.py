"""Epochs that searches by Optuna itself train, with its own samplers, on made-up trainings.

Writes truth/optuna-searches.json: python scripts/simulate/optuna_searches.py > truth/optuna-searches.json

A training's accuracy depends on its learning rate and weight decay, rises from epoch to epoch at a pace that depends on the
learning rate too, and is noisy.
"""

import json
import math
import random

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

SEARCHES = 20


def accuracies(trial, epochs, numbers):
    rate = trial.suggest_float("learningRate", 1e-6, 1e-3, log=True)
    decay = trial.suggest_float("weightDecay", 1e-5, 1e-1, log=True)
    trial.suggest_float("dropout", 0.0, 0.3)
    best = 0.8 * math.exp(-((math.log10(rate) + 4.6) ** 2) / 5) - 0.02 * abs(math.log10(decay) + 2.5)
    pace = 0.4 + 0.3 * (math.log10(rate) + 6)
    for epoch in range(1, epochs + 1):
        yield best * (1 - math.exp(-pace * epoch)) + numbers.gauss(0, 0.01)


def search(sampler, pruner, trials, epochs, first_step, seed):
    numbers = random.Random(seed)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)

    def objective(trial):
        for epoch, accuracy in enumerate(accuracies(trial, epochs, numbers)):
            trial.report(accuracy, epoch + first_step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return accuracy

    study.optimize(objective, n_trials=trials)
    return sum(len(trial.intermediate_values) for trial in study.trials)


SAMPLERS = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
PRUNERS = [
    (50, 5, {"kind": "median", "startupTrials": 5, "warmupEpochs": 0}),
    (50, 5, {"kind": "median", "startupTrials": 5, "warmupEpochs": 2}),
    (100, 10, {"kind": "median", "startupTrials": 10, "warmupEpochs": 1}),
    (30, 20, {"kind": "median", "startupTrials": 5, "warmupEpochs": 0}),
    (50, 5, {"kind": "halving", "minEpochs": 1, "reductionFactor": 4}),
    (40, 27, {"kind": "halving", "minEpochs": 1, "reductionFactor": 3}),
]


def made(pruner):
    if pruner["kind"] == "median":
        return optuna.pruners.MedianPruner(pruner["startupTrials"], pruner["warmupEpochs"]), 0
    return optuna.pruners.SuccessiveHalvingPruner(pruner["minEpochs"], pruner["reductionFactor"]), 1


rows = []
for trials, epochs, description in PRUNERS:
    for name, sampler in SAMPLERS.items():
        totals = []
        for seed in range(SEARCHES):
            pruner, first_step = made(description)
            totals.append(search(sampler(seed=seed), pruner, trials, epochs, first_step, seed))
        size = {"trialCount": trials, "epochsPerTrial": epochs, "pruner": description}
        rows.append({**size, "sampler": name, "epochs": sorted(totals)})
print(json.dumps({"optuna": optuna.__version__, "rows": rows}))
