namespace FastShardMap.Inspector.Specimen;

/// <summary>Caches whose values are of every kind the inspector decodes, each with one entry.</summary>
internal static class Caches
{
    private static readonly ShardCache<long, double> s_prices = new(Options("prices"));
    private static readonly ShardCache<long, TradeState> s_states = new(Options("states"));
    private static readonly ShardCache<long, Venue> s_venues = new(Options("venues"));
    private static readonly ShardCache<long, Trade> s_trades = new(Options("trades"));
    private static readonly BlobShardCache s_pages = new(Options("pages"));

    public static void Create()
    {
        s_prices.Set(7, 0.25, TimeSpan.FromDays(1));
        s_states.Set(7, TradeState.Filled, TimeSpan.FromDays(1));
        s_venues.Set(7, new Venue { Country = 49, Desk = 3 }, TimeSpan.FromDays(1));
        s_trades.Set(7, new Trade { Price = 1, State = TradeState.Closed });
        s_pages.Set("/a", [1, 2, 3]);
    }

    private static ShardCacheOptions Options(string name) =>
        new() { MaxEntries = 100, MaxBytes = 1 << 20, ShardCount = 1, Name = name };
}
