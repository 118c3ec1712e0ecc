namespace FastShardMap.Tests.Synchronization;

/// <summary>The guards of the package that are default values.</summary>
public sealed class MapGuardTests
{
    [Fact]
    public void Operations_OfADefaultGuard_ThrowAndNameCreate()
    {
        AssertThrows<MutexGuard>();
        AssertThrows<ReaderWriterGuard>();
    }

    private static void AssertThrows<TGuard>()
        where TGuard : struct, IMapGuard<TGuard>
    {
        Action[] operations =
        [
            static () => default(TGuard).EnterRead(),
            static () => default(TGuard).ExitRead(),
            static () => default(TGuard).EnterWrite(),
            static () => default(TGuard).ExitWrite(),
        ];
        Assert.All(operations, operation => Assert.Contains(
            $"{typeof(TGuard).Name}.Create()",
            Assert.Throws<InvalidOperationException>(operation).Message,
            StringComparison.Ordinal));
        default(TGuard).Dispose();
    }
}
