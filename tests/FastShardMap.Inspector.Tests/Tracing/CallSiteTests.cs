using FastShardMap.Inspector.Tracing;

namespace FastShardMap.Inspector.Tests.Tracing;

public sealed class CallSiteTests
{
    private static readonly (string, string) s_library =
        (
            "FastShardMap",
            "FastShardMap.ShardMap`3[System.Int32,System.Int64,FastShardMap.DefaultHasher`1[System.Int32]]"
                + ".AddOrUpdate(int32)");

    private static readonly (string, string)[] s_minimalApi =
    [
        s_library,
        (string.Empty, "dynamicClass.lambda_method3(pMT: 00007F,class Closure)"),
        (
            "Microsoft.AspNetCore.Http.Extensions",
            "Microsoft.AspNetCore.Http.RequestDelegateFactory+<>c__DisplayClass104_2.<HandleRequest>b__2()"),
        ("Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Routing.EndpointMiddleware.Invoke(class HttpContext)"),
    ];

    [Fact]
    public void Of_HandlerOfAMinimalApi_IsTheHandler()
    {
        (string, string)[] frames =
        [
            s_library,
            ("Shop", "Program+<>c__DisplayClass0_0.<<Main>$>b__1(int32)"),
            .. s_minimalApi[1..],
        ];

        Assert.Equal("Program+<>c__DisplayClass0_0.<<Main>$>b__1", CallSite.Of(frames));
    }

    [Fact]
    public void Of_HandlerThatWasCompiledAway_IsTheProgramsMiddleware() =>
        Assert.Equal(
            "Shop.Audit.InvokeAsync",
            CallSite.Of([.. s_minimalApi, ("Shop", "Shop.Audit.InvokeAsync(class HttpContext)")]));

    [Fact]
    public void Of_NoFrameOfTheProgram_IsTheFirstThatSaysSomething() =>
        Assert.Equal(
            "Microsoft.AspNetCore.Http.RequestDelegateFactory+<>c__DisplayClass104_2.<HandleRequest>b__2",
            CallSite.Of(s_minimalApi));

    [Fact]
    public void Of_FrameworkBetween_IsSkipped() => Assert.Equal("Shop.Basket.Add", CallSite.Of(
    [
        s_library,
        ("System.Private.CoreLib", "System.Threading.Tasks.Parallel+<>c.<For>b__0()"),
        (string.Empty, "System.Threading.ExecutionContext.RunInternal(class Object)"),
        ("Shop", "Shop.Basket.Add(int32)"),
    ]));

    [Fact]
    public void Of_ModulesUnknown_IsJudgedByNames() => Assert.Equal("Program.Main", CallSite.Of(
    [
        (string.Empty, "FastShardMap.ShardMap`3[System.Int32].Set(int32)"),
        (string.Empty, "System.Linq.Enumerable.ToArray()"),
        (string.Empty, "Program.Main()"),
    ]));

    [Fact]
    public void Of_Nothing_IsEmpty() => Assert.Equal(string.Empty, CallSite.Of([s_library]));
}
