using System.Diagnostics;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Waits for what must happen sooner or later.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(time.Elapsed < s_limit, $"Did not happen within {s_limit}: {what}");
            await Task.Delay(s_interval, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        UntilAsync(condition, what, s_limit, s_interval);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan limit, TimeSpan interval)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(time.Elapsed < limit, $"Did not happen within {limit}: {what}");
            await Task.Delay(interval, TestContext.Current.CancellationToken);
        }
    }
}
