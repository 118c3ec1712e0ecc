namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// A full cache of numbers, so that nearly every addition evicts, while other threads read, change values in place,
/// remove, enumerate, save, trim and clear. Every word of a value follows from its key and its number, so a value of
/// another key, or one that is made of two others, shows.
/// </summary>
internal sealed class CacheScenario : StressScenario
{
    private const int Keys = 1_500;
    private const int MaxEntries = 600;
    private ShardCache<long, Wide> _cache = New();

    public override void Begin(int threads, int seed)
    {
        _cache.Dispose();
        _cache = New();
    }

    public override void Step(StressWorker worker)
    {
        for (int i = 0; i < 64; i++)
        {
            long key = worker.Random.Next(Keys);
            Wide value = Wide.Of(key, worker.Random.Next());
            switch (worker.Random.Next(12))
            {
                case 0:
                    _cache.Set(key, value);
                    break;
                case 1:
                    _cache.Set(key, value, TimeSpan.FromMilliseconds(1 + worker.Random.Next(50)));
                    break;
                case 2:
                    _cache.TryAdd(key, value);
                    break;
                case 3:
                    Check(key, _cache.GetOrAdd(key, value), "was added or found with");
                    break;
                case 4:
                    Next next = default;
                    _cache.TryUpdate(key, ref next);
                    Require(!next.HasMetTorn, $"key {key} was updated from a torn value");
                    break;
                case 5:
                    if (_cache.TryRemove(key, out Wide removed))
                    {
                        Check(key, removed, "was removed with");
                    }

                    break;
                case 6:
                    if (_cache.TryPeek(key, out Wide peeked))
                    {
                        Check(key, peeked, "has");
                    }

                    break;
                default:
                    if (_cache.TryGetValue(key, out Wide found))
                    {
                        Check(key, found, "has");
                    }

                    break;
            }
        }

        worker.Operations += 63;
        Require(_cache.Count <= MaxEntries, $"more than {MaxEntries} entries");
        switch (worker.Random.Next(300))
        {
            case 0:
                foreach ((long key, Wide value) in _cache)
                {
                    Check(key, value, "is listed with");
                }

                break;
            case 1:
                _cache.Save(Stream.Null);
                break;
            case 2:
                _cache.Trim(worker.Random.Next(100));
                break;
            case 3:
                _cache.RemoveExpired();
                break;
            case 4:
                _cache.Clear();
                break;
            default:
                break;
        }
    }

    public override void End()
    {
        foreach ((long key, Wide value) in _cache)
        {
            Check(key, value, "is left with");
        }

        IReadOnlyList<string> violations = _cache.FindViolations();
        Require(violations.Count == 0, $"{string.Join("; ", violations)}");
        _cache.Dispose();
    }

    private static ShardCache<long, Wide> New() =>
        new(new ShardCacheOptions { MaxEntries = MaxEntries, ShardCount = 4 });

    private static void Check(long key, Wide value, string what) =>
        Require(value.Key == key && value.IsWhole, $"key {key} {what} a wrong value: {value}");

    private readonly record struct Wide(long Key, long Number, long Sum, long Complement)
    {
        public bool IsWhole => this == Of(Key, Number);

        public static Wide Of(long key, long number) => new(key, number, (key * 31) + number, ~number);
    }

    private struct Next : IValueUpdater<Wide>
    {
        public bool HasMetTorn { get; private set; }

        public void Update(ref Wide value)
        {
            HasMetTorn |= !value.IsWhole;
            value = Wide.Of(value.Key, value.Number + 1);
        }
    }
}
