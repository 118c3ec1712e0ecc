namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Money moves between accounts by conditional operations; accounts are closed and opened; the total stays.
/// </summary>
internal sealed class BankScenario : StressScenario
{
    private const int Accounts = 64;
    private const long Deposit = 1_000;
    private ShardMap<int, long> _map = new();
    private long _cash;

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<int, long>(Options());
        _cash = 0;
        for (int account = 0; account < Accounts; account++)
        {
            _map[account] = Deposit;
        }
    }

    public override void Step(StressWorker worker)
    {
        int from = worker.Random.Next(Accounts);
        int to = worker.Random.Next(Accounts);
        long amount = worker.Random.Next(1, 50);
        if (!Withdraw(worker.Random, from, amount))
        {
            return;
        }

        if (worker.Random.Next(2) == 0)
        {
            _map.AddOrUpdate(to, static (_, a) => a, static (_, old, a) => old + a, amount);
        }
        else
        {
            _map.AddDelta(to, amount);
        }

        if (worker.Random.Next(64) == 0)
        {
            // Closed, and what was in it is cash until it is opened again.
            if (_map.TryRemove(to, out long rest))
            {
                Interlocked.Add(ref _cash, rest);
            }
        }
        else if (worker.Random.Next(16) == 0)
        {
            long cash = Interlocked.Exchange(ref _cash, 0);
            if (!_map.TryAdd(from, cash))
            {
                _map.AddDelta(from, cash);
            }
        }
    }

    public override void End()
    {
        long total = _cash + _map.ToArray().Sum(static entry => entry.Value);
        Require(total == Accounts * Deposit, $"{total} instead of {Accounts * Deposit}");
        _map.Dispose();
    }

    private bool Withdraw(Random random, int from, long amount)
    {
        switch (random.Next(3))
        {
            case 0:
                return _map.TryGetValue(from, out long balance) && balance >= amount
                    && _map.TryUpdate(from, balance - amount, balance);
            case 1:
                long taken = 0;
                Withdrawal withdrawal = new() { Amount = amount };
                if (_map.TryUpdate(from, ref withdrawal))
                {
                    taken = withdrawal.Taken;
                }

                return taken == amount;
            default:
                bool[] done = [false];
                _map.TryUpdateOrRemove(
                    from,
                    static (ref balance, arg) =>
                    {
                        arg.Done[0] = balance >= arg.Amount;
                        balance -= arg.Done[0] ? arg.Amount : 0;
                        return balance > 0; // an empty account is closed
                    },
                    (Amount: amount, Done: done));
                return done[0];
        }
    }

    private struct Withdrawal : IValueUpdater<long>
    {
        public long Amount;
        public long Taken;

        public void Update(ref long value)
        {
            Taken = value >= Amount ? Amount : 0;
            value -= Taken;
        }
    }
}
