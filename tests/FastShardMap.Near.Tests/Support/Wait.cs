using System.Diagnostics;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Waits for what must happen sooner or later.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(time.Elapsed < s_limit, $"Did not happen within {s_limit}: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(time.Elapsed < s_limit, $"Did not happen within {s_limit}: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
