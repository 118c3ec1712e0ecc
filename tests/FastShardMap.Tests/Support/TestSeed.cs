using System.Globalization;

namespace FastShardMap.Tests.Support;

/// <summary>
/// Seeds of random tests: printed, and replayed by FASTSHARDMAP_SEED. Without it each test has the same seed in every
/// run (FNV-1a of its name) in the default run, and a new one in a soak.
/// </summary>
internal static class TestSeed
{
    private const string Variable = "FASTSHARDMAP_SEED";

    public static int For(string test)
    {
        int seed;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text)
        {
            seed = int.Parse(text, CultureInfo.InvariantCulture);
        }
        else if (Soak.IsOn)
        {
            seed = Random.Shared.Next();
        }
        else
        {
            uint hash = 2166136261;
            foreach (char character in test)
            {
                hash = (hash ^ character) * 16777619;
            }

            seed = (int)(hash >> 1);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{test}: replay with {Variable}={seed}");
        return seed;
    }
}
