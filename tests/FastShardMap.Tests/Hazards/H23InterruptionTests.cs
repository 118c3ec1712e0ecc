using System.Runtime.CompilerServices;
using FastShardMap.Memory;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// H23: an interruption (<see cref="Thread.Interrupt"/>) that ends a wait between steps that belong together, and
/// leaves a lock taken, a table unreleased or a change half made. While six threads write, one thread performs one
/// operation again and again, and is interrupted at random by another thread and, by injection, at every wait it comes
/// to.
/// </summary>
public sealed class H23InterruptionTests
{
    private const int Writers = 6;

    public static TheoryData<string> MapOperations => new(InterruptedOperations<long>.All.Keys);

    [Theory]
    [MemberData(nameof(MapOperations))]
    public void Interrupt_AnyOperation8ByteValues_LeavesTheMapWhole(string operation) =>
        Run(InterruptedOperations<long>.All[operation], static number => number, seconds: 0.15);

    [Theory]
    [MemberData(nameof(MapOperations))]
    public void Interrupt_AnyOperation24ByteValues_LeavesTheMapWhole(string operation) =>
        Run(InterruptedOperations<Wide>.All[operation], static number => new Wide(number), seconds: 0.15);

    [Theory]
    [MemberData(nameof(MapOperations))]
    public void Interrupt_AnyOperation4096ByteValues_LeavesTheMapWhole(string operation) =>
        Run(InterruptedOperations<Page>.All[operation], static number => new Page(number), seconds: 0.15);

    private static void Run<TValue>(
        Action<InterruptedMap<TValue>> operation, Func<long, TValue> valueOf, double seconds)
        where TValue : unmanaged, IEquatable<TValue>
    {
        ShardMapOptions options = new() { ShardCount = 4 };
        using ShardMap<int, TValue> map = new(options);
        using (InterruptedMap<TValue> target = new(map, valueOf))
        {
            Race race = new(Soak.Time(seconds));
            Thread? operatorThread = null;
            race.Once("operator", () =>
            {
                // A wait by injection is one that an interruption has already reached.
                FaultInjection.Wait = static () => Thread.CurrentThread.Interrupt();
                Volatile.Write(ref operatorThread, Thread.CurrentThread);
                try
                {
                    do
                    {
                        operation(target);
                    }
                    while (race.Goes);
                }
                finally
                {
                    FaultInjection.Wait = null;
                    Volatile.Write(ref operatorThread, null);
                    InterruptedMap<TValue>.ClearInterruption();
                }
            });
            race.Loop("interrupter", _ =>
            {
                Volatile.Read(ref operatorThread)?.Interrupt();
                Thread.SpinWait(2000);
            });
            for (int writer = 0; writer < Writers; writer++)
            {
                int own = writer;
                race.Loop($"writer {own}", round => target.Write(own, round));
            }

            race.Run();
        }

        // A lock that leaked would hang this; a table that leaked would stay in the count of bytes.
        Race after = new(TimeSpan.FromSeconds(20));
        after.Once("after", () =>
        {
            Assert.Empty(map.Shards.FindViolations());
            map[1] = valueOf(1);
            Assert.Equal(valueOf(1), map[1]);
            map.Clear();
            map.TrimExcess();
            using ShardMap<int, TValue> fresh = new(options);
            Assert.Equal(fresh.BytesAllocated, map.BytesAllocated);
        });
        after.Run();
        map.Dispose();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Count);
    }

    internal readonly record struct Wide(long A, long B, long C)
    {
        public Wide(long number)
            : this(number, ~number, number * 3)
        {
        }
    }

    [InlineArray(512)]
    internal struct Page : IEquatable<Page>
    {
        private long _first;

        public Page(long number)
        {
            for (int word = 0; word < 512; word++)
            {
                this[word] = number + word;
            }
        }

        public readonly bool Equals(Page other) =>
            ((ReadOnlySpan<long>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Page other && Equals(other);

        public override readonly int GetHashCode() => _first.GetHashCode();
    }
}
