// Compiled by .ci/check-package against the packages, as native code, and run: a plan of moves, and a near map. The
// argument is the port of an engine; without one, the program expects that connecting fails in the way that is
// documented.
using FastShardMap.Near;
using FastShardMap.Routing;
using StackExchange.Redis;

SlotTable table = SlotTable.Create([new("a"), new("b"), new("c", weight: 2)]);
ReshardPlan plan = ReshardPlan.Create(table, [new("a"), new("b"), new("c", weight: 2), new("d")]);
Expect(plan.MovedSlots > 0 && plan.MovedShare - plan.LeastShare < 0.01, "a plan that moves as little as possible");
Expect(table.Nodes[table.NodeOf(SlotTable.SlotOf("user:17"))].Name is "a" or "b" or "c", "the node of a key");

NearMapOptions options = new($"127.0.0.1:{(args.Length > 0 ? args[0] : "1")}", prefix: "native:")
{
    ConnectTimeout = TimeSpan.FromSeconds(10),
};
if (args.Length > 0)
{
    await using NearMap<long, Price> prices = await NearMap<long, Price>.ConnectAsync(options);
    await prices.SetAsync(7, new Price(1999, 20));
    NearResult<Price> read = await prices.GetAsync(7);
    Expect(read.Found && read.Value == new Price(1999, 20), "a value from the engine");
    Price near;
    for (int attempt = 0; !prices.TryGetLocal(7, out near) && attempt < 1_000; attempt++)
    {
        await Task.Delay(10); // the report of the own write may have come after the copy
        read = await prices.GetAsync(7);
    }

    Expect(near.Cents == 1999, "a near copy");
    Expect(await prices.TryUpdateAsync(7, new Price(2099, 20), read.Version), "compare and set");
    Expect((await prices.GetAsync(7)).Value.Cents == 2099, "the new value");
    Expect(await prices.RemoveAsync(7) && !(await prices.GetAsync(7)).Found, "a removal");
}
else
{
    try
    {
        await using NearMap<long, Price> prices = await NearMap<long, Price>.ConnectAsync(options);
        Expect(false, "connecting to nothing");
    }
    catch (Exception exception) when (exception is RedisException or TimeoutException)
    {
        Console.WriteLine(exception.GetType().Name);
    }
}

Console.WriteLine($"OK, {(args.Length > 0 ? "with" : "without")} an engine");

static void Expect(bool condition, string what)
{
    if (!condition)
    {
        Console.WriteLine($"wrong: {what}");
        Environment.Exit(1);
    }
}

internal readonly record struct Price(long Cents, int Percent);
