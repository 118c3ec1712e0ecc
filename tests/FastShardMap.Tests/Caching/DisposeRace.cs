using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Operations of a cache in loops, while another thread disposes it.</summary>
internal static class DisposeRace
{
    /// <summary>Runs until the cache is disposed. The operations may throw <see cref="ObjectDisposedException"/>, and
    /// nothing else.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="spins">How long the thread that disposes the cache waits before.</param>
    /// <param name="operations">The operations; each gets the number of its call.</param>
    public static void Run<TCache>(
        TCache cache, int spins, params IEnumerable<(string Name, Action<TCache, int> Call)> operations)
        where TCache : IDisposable
    {
        Race race = new(TimeSpan.FromSeconds(20));
        race.Once("dispose", () =>
        {
            Thread.SpinWait(spins);
            cache.Dispose();
            race.Stop();
        });
        foreach ((string name, Action<TCache, int> call) in operations)
        {
            race.Loop(name, number =>
            {
                try
                {
                    call(cache, number);
                }
                catch (ObjectDisposedException)
                {
                    // The only exception that may come.
                }
            });
        }

        race.Run();
    }
}
