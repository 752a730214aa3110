/// The page's only styles: dark text on white, one column of readable length, a panel for the answer.
///
/// It holds no `<` and no `&`, so that the page stays well-formed when they are written as text.
enum Stylesheet {
  static let text = """
    :root{--ink:#0b0c0c;--soft:#505a5f;--rule:#c9ced1;--faint:#f3f4f5;--blue:#12436d;--link:#1a5a96;
      --warn:#7a3b00;--warnback:#fff7e6;--warnline:#b45309}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;color:var(--ink);background:#fff;
      font:1.0625rem/1.6 "Helvetica Neue",Arial,Helvetica,"Liberation Sans",sans-serif;
      overflow-wrap:anywhere}
    a{color:var(--link);text-underline-offset:.15em}
    a:hover{text-decoration-thickness:.15em}
    a:focus-visible,summary:focus-visible,.scroll:focus-visible,pre:focus-visible{
      outline:3px solid #ffbf00;outline-offset:2px;box-shadow:0 0 0 2px var(--ink)}
    .skip{position:absolute;left:-999em;background:#fff;padding:.5rem 1rem}
    .skip:focus{left:1rem;top:1rem;z-index:1}
    header{background:var(--blue);color:#fff;padding:2.75rem 0 2.25rem}
    .inner,main{max-width:72rem;margin:0 auto;padding-left:2rem;padding-right:2rem}
    header a{color:#fff}
    header code{font-size:1em}
    .kind{margin:0 0 .5rem;font-size:1rem;color:#d5e3ee}
    h1,h2,h3,h4,h5,h6{line-height:1.2;text-wrap:balance}
    h1{font-size:2.4rem;letter-spacing:-.012em;margin:0;max-width:24em}
    .question{font-size:1.2rem;line-height:1.45;margin:.9rem 0 0;max-width:44em}
    .metadata{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem;margin:1.6rem 0 0;font-size:.9375rem}
    .metadata>div{max-width:100%}
    .metadata dt{color:#d5e3ee;font-size:.875rem}
    .metadata dd{margin:0}
    .answer{border:1px solid var(--rule);border-left:.5rem solid var(--blue);
      background:#fff;padding:1.75rem 2rem 1.5rem;margin:2.25rem 0}
    .answer h2{font-size:1rem;margin:0 0 .5rem;color:var(--blue);border:0;padding:0}
    .answer p,.caution{max-width:44em}
    .answer figure{margin:1.4rem 0 .4rem}
    .sentence{font-size:1.55rem;line-height:1.35;margin:0;text-wrap:pretty}
    .interval{text-wrap:pretty;font-size:1.2rem;font-weight:bold;margin:.8rem 0;font-variant-numeric:tabular-nums}
    .caution{border-left:.3rem solid var(--warnline);background:var(--warnback);
      padding:.7rem 1rem;margin:1.1rem 0}
    .caution p{margin:0 0 .3rem}
    .caution p:last-child{margin:0}
    .columns{display:grid;grid-template-columns:14rem minmax(0,1fr);gap:3.5rem;align-items:start}
    nav{position:sticky;top:1.5rem;font-size:.9375rem;line-height:1.4;max-height:95vh;overflow:auto}
    nav h2{font-size:1rem;margin:.4rem 0 .6rem}
    nav ol{list-style:none;margin:0;padding:0;border-top:1px solid var(--rule)}
    nav li{border-bottom:1px solid var(--rule)}
    nav a{display:flex;gap:.6rem;padding:.5rem 0;text-decoration:none}
    nav a:hover{text-decoration:underline}
    nav .number{color:var(--soft);min-width:1.3em;font-variant-numeric:tabular-nums}
    article{min-width:0;max-width:47rem;padding-bottom:4rem}
    section section{margin-top:2rem}
    article section{scroll-margin-top:1rem}
    article h2{font-size:1.6rem;margin:0 0 1rem;padding-top:.4rem}
    article>section{padding-bottom:1.5rem;margin-bottom:2rem;border-bottom:1px solid var(--rule)}
    article>section:last-child{border-bottom:0}
    article h2,article h3,article h4{display:flex;gap:.55em}
    article h2 .number,article h3 .number,article h4 .number{color:var(--soft);font-weight:normal}
    h3{font-size:1.2rem;margin:2rem 0 .7rem}
    h4,h5,h6{font-size:1.0625rem;margin:1.6rem 0 .5rem}
    p{margin:0 0 1rem;text-wrap:pretty}
    ul,ol{margin:0 0 1rem;padding-left:1.4rem}
    li{margin-bottom:.35rem}
    code{font:.9em/1.4 ui-monospace,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
    article p code,article li code,article dd code,.answer p code{background:var(--faint);padding:.08em .3em;overflow-wrap:anywhere}
    pre{background:var(--faint);border:1px solid var(--rule);padding:1rem;overflow-x:auto;
      line-height:1.4;margin:0 0 1.2rem}
    sup{line-height:0;font-size:.75em}
    sup a{padding:0 .15em}
    .facts{margin:0 0 1.4rem;border-top:1px solid var(--rule)}
    .facts>div{display:grid;grid-template-columns:17rem minmax(0,1fr);gap:.2rem 1.5rem;
      padding:.55rem 0;border-bottom:1px solid var(--rule)}
    .facts dt{font-weight:bold}
    .facts dd{margin:0}
    .key{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:1rem;
      margin:0 0 1.6rem}
    .key>div{border-top:.25rem solid var(--blue);background:var(--faint);padding:.8rem 1rem;
      display:flex;flex-direction:column}
    .key dt{order:2;line-height:1.35}
    .key dd{margin:0;order:3;color:var(--soft);font-size:.875rem;line-height:1.35}
    .key .value{order:1;color:var(--ink);font-size:1.75rem;line-height:1.2;font-weight:bold;
      margin-bottom:.2rem;font-variant-numeric:tabular-nums}
    .callout{border-left:.3rem solid var(--blue);background:var(--faint);padding:.75rem 1.1rem;
      margin:0 0 1.2rem}
    .callout p{margin:0}
    .callout .label code{background:none;padding:0;color:var(--soft);margin-left:.4rem}
    .callout.warning{border-color:var(--warnline);background:var(--warnback)}
    .callout.warning strong{color:var(--warn)}
    .table{margin:1.6rem 0 1.8rem}
    .scroll{overflow-x:auto;margin:0 0 .5rem;
      background:linear-gradient(90deg,#fff 40%,#fff0) 0 0/2.5rem 100% no-repeat local,
      linear-gradient(270deg,#fff 40%,#fff0) 100% 0/2.5rem 100% no-repeat local,
      linear-gradient(90deg,#0003,#0000) 0 0/.7rem 100% no-repeat scroll,
      linear-gradient(270deg,#0003,#0000) 100% 0/.7rem 100% no-repeat scroll}
    caption span{position:sticky;left:0;display:inline-block;max-width:min(47rem,100vw - 2rem)}
    .answer caption span,figure caption span{max-width:min(40rem,100vw - 4.5rem)}
    table{border-collapse:collapse;width:100%;overflow-wrap:break-word;font-size:.9375rem;line-height:1.4}
    caption{text-align:left;padding:0 0 .6rem;font-size:1rem;caption-side:top}
    th,td{padding:.5rem 1rem .5rem 0;text-align:left;vertical-align:top;
      border-bottom:1px solid var(--rule)}
    th:last-child,td:last-child{padding-right:0}
    thead th{vertical-align:bottom;border-bottom:2px solid var(--ink);line-height:1.3}
    tbody th{font-weight:normal}
    th.number,td.number{text-align:right;font-variant-numeric:tabular-nums lining-nums;
      white-space:nowrap}
    th.number{white-space:normal}
    .unit{font-weight:normal;color:var(--soft);display:block;font-size:.8125rem}
    .none{color:var(--soft);text-decoration:none}
    .remark{font-size:.875rem;color:var(--soft);margin:.2rem 0 .6rem}
    figure{margin:1.6rem 0 2rem}
    figcaption{margin:0 0 .8rem;font-size:1rem;line-height:1.4}
    figure svg{display:block;width:100%;height:auto;max-width:46rem}
    .narrow{display:none}
    details{font-size:.9375rem;margin-top:.6rem}
    summary{cursor:pointer;color:var(--link);padding:.3rem 0}
    details .scroll{margin-top:.6rem}
    section>details{font-size:1rem;margin:0;border-top:1px solid var(--rule)}
    section>details>summary{padding:.7rem 0}
    section>details>summary>*{display:inline;margin:0;font-size:1.05rem}
    .checklist{list-style:none;padding:0;border-top:1px solid var(--rule)}
    .checklist li{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:1rem;margin:0;
      padding:.5rem 0;border-bottom:1px solid var(--rule)}
    .state{font-weight:bold}
    .state.met{color:#0b5c3b}
    .state.notMet{color:#942514}
    .state.notApplicable{color:var(--soft)}
    .notes{font-size:.9375rem}
    .notes li:target,sup a:target{background:#fff3c4}
    @media (max-width:62rem){
      .columns{grid-template-columns:minmax(0,1fr);gap:2rem}
      nav{position:static;max-height:none}
    }
    @media (max-width:38rem){
      body{font-size:1rem}
      .inner,main{padding-left:1rem;padding-right:1rem}
      header{padding:1.6rem 0 1.5rem}
      h1{font-size:1.7rem}
      .question{font-size:1.05rem}
      .answer{padding:1.1rem 1rem 1rem;margin:1.25rem 0 1.75rem}
      .sentence{font-size:1.25rem}
      .interval{font-size:1.05rem}
      .facts>div{grid-template-columns:minmax(0,1fr)}
      .checklist li{grid-template-columns:minmax(0,1fr);gap:.1rem}
      article h2{font-size:1.35rem}
      .wide{display:none}
      .narrow{display:block}
      .narrow svg{max-width:30rem}
      th,td{padding-right:.7rem}
      tbody th{min-width:8rem}
    }
    @page{size:A4;margin:18mm 16mm 20mm;
      @bottom-right{content:counter(page) " of " counter(pages);font:9pt Arial,sans-serif}}
    @media print{
      html{font-size:9.5pt}
      body{font-size:1rem;line-height:1.45}
      header{background:none;color:var(--ink);padding:0 0 6mm;border-bottom:2pt solid var(--blue)}
      .kind,.metadata dt{color:var(--soft)}
      .inner,main{padding:0;max-width:none}
      h1{font-size:21pt}
      .sentence{font-size:14pt}
      .interval{font-size:11pt}
      .skip,figure details{display:none}
      .columns{display:block}
      nav{position:static;max-height:none;margin-bottom:8mm}
      article{max-width:none;padding:0}
      .scroll{overflow:visible;background:none}
      .key{grid-template-columns:repeat(4,1fr)}
      .wide{display:block}
      .narrow{display:none}
      figure svg{max-width:150mm}
      a{color:inherit;text-decoration:none}
      h2,h3,h4,figcaption,caption{break-after:avoid}
      h3+*,h4+*{break-before:avoid}
      figure,.callout,.answer,.key,.facts>div,tr,pre,.caution{break-inside:avoid}
      thead{display:table-header-group}
      p,li{orphans:3;widows:3}
      .answer,.key>div,.callout,.caution{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    }

    """
}
